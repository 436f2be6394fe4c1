import { atoi } from '../filters/filter.ts';

export interface RuleIds {
  /** The ids, in order. Id 0 is dropped, as in the reference. */
  readonly ids: readonly number[];
  /** True when any number was read, even 0: only then is there a filter. */
  readonly isSet: boolean;
  /** What was skipped between or after the ids. */
  readonly ignored: readonly string[];
}

/**
 * Reads a list of rule ids as the reference does (`integrator-config.c`, confirmed by running it):
 * spaces and commas are skipped, a number is read up to its last digit, whatever follows it up to
 * the next comma is ignored, and anything else in place of a number ends the list.
 */
export function parseRuleIds(list: string): RuleIds {
  const ids: number[] = [];
  const ignored: string[] = [];
  let isSet = false;
  let at = 0;
  for (;;) {
    while (list[at] === ' ' || list[at] === ',') at += 1;
    if (at >= list.length) break;
    const digits = /^\d+/.exec(list.slice(at, at + 100))?.[0];
    if (digits === undefined) {
      ignored.push(list.slice(at));
      break;
    }
    isSet = true;
    const id = atoi(digits);
    if (id !== 0) ids.push(id);
    at += digits.length;
    const comma = list.indexOf(',', at);
    const rest = list.slice(at, comma === -1 ? list.length : comma);
    if (/[^ ]/.test(rest)) ignored.push(rest);
    if (comma === -1) break;
    at = comma;
  }
  return { ids, isSet, ignored };
}
