import { readAlert } from '../../src/alert/formats/read-alert.ts';
import { alertOf } from '../../src/alert/large-alert.ts';
import type { ConditionAlert } from '../../src/conditions/scope.ts';

/** An alert as conditions see it, from its JSON. */
export function conditionAlert(json: unknown): ConditionAlert {
  return conditionAlertOf(Buffer.from(typeof json === 'string' ? json : JSON.stringify(json)));
}

/** An alert as conditions see it, from its line. */
export function conditionAlertOf(line: Buffer): ConditionAlert {
  const read = readAlert(line);
  if (typeof read === 'string') throw new Error(`no alert: ${read}`);
  const alert = alertOf(read.raw);
  return { facts: read.facts, alert: () => alert };
}
