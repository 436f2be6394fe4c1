import { systemFiles } from '../config/files.ts';
import { readOssecConf } from '../config/ossec-conf/reader.ts';
import { Report } from '../config/report.ts';
import { readTextFile } from '../config/text-file.ts';
import type { ManagerLine, ManagerLogFormats } from '../telemetry/manager-log.ts';
import { logFormats } from './log-formats.ts';
import { CONFIG_FILE, cannotRead, findMistake, integrationBlocks } from './verdict.ts';

/** In bytes. Real ones are a thousand times smaller. */
const LONGEST_CONFIG = 64 << 20;

/** The configuration as the original sees it. */
export interface Validation {
  /** Why it would not start; empty when it would. */
  readonly complaints: readonly ManagerLine[];
  /** Where the mistake is, counted from 1; undefined when there is none, or it has no place. */
  readonly place: { readonly line: number; readonly column: number } | undefined;
  readonly formats: ManagerLogFormats;
  /** How many `<integration>` blocks there are. */
  readonly blocks: number;
}

/** Reads a configuration and says what the original would say of it. Never throws. */
export function validate(path: string): Validation {
  const formats = { plain: true, json: false };
  const file = readTextFile(systemFiles, path, LONGEST_CONFIG);
  if (!file.ok) {
    const missing = `File '${CONFIG_FILE}' not found.`;
    const message = file.reason === 'missing' ? missing : `${file.message}.`;
    return { complaints: cannotRead(message, 0), place: undefined, formats, blocks: 0 };
  }
  const report = new Report(path, file.text);
  const roots = readOssecConf(file.text, report);
  if (roots === undefined) {
    const fault = report.diagnostics().find(({ severity }) => severity === 'error');
    const message = `${fault?.message ?? 'syntax error'}.`;
    return { complaints: cannotRead(message, fault?.line ?? 0), place: fault, formats, blocks: 0 };
  }
  const chosen = logFormats(roots);
  const blocks = integrationBlocks(roots).length;
  const placeOf = (offset: number) => report.positions.at(offset);
  const isFormat = !('lines' in chosen);
  const mistake = isFormat ? findMistake(roots, (offset) => placeOf(offset).line) : chosen;
  return {
    complaints: mistake?.lines ?? [],
    place: mistake && placeOf(mistake.offset),
    formats: isFormat ? chosen : formats,
    blocks,
  };
}
