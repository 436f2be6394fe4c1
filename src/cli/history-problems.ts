import { printableLines } from '../core/printable.ts';
import type { AlertHistory } from '../sources/file/history.ts';
import { complain } from '../telemetry/standard-error.ts';

/** Says on standard error what of a history could not be read, each of it once. */
export function complainOf({ problems }: Pick<AlertHistory, 'problems'>): void {
  const texts = problems.map(({ path, message }) => `not all of ${path} was read: ${message}`);
  for (const text of new Set(texts)) complain(`integratord: ${printableLines(text)}\n`);
}
