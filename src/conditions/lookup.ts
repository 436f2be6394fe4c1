import { LargeLookups } from './large-lookups.ts';
import type { Scope } from './scope.ts';
import { SmallLookups } from './small-lookups.ts';
import type { Value } from './values.ts';

export type Lookup = (scope: Scope) => Value;

const large = new LargeLookups();
const small = new SmallLookups();

/**
 * Looks up a path of keys. What was scanned is taken from there, so that a field has the same value
 * in every condition, in the filters and in the fast path; all else is taken from the alert's JSON.
 */
export function lookupOf(path: readonly string[]): Lookup {
  switch (JSON.stringify(path)) {
    case '["rule","level"]':
      return ({ source }) => source.facts.level;
    case '["rule","id"]':
      return ({ source }) => source.facts.ruleId;
    case '["rule","groups"]':
      return ({ source }) => source.facts.groups as string[] | undefined;
    case '["location"]':
      return ({ source }) => source.facts.location;
    case '["id"]':
      return ({ source }) => source.facts.id;
    default:
      return lookupInJson(path);
  }
}

function lookupInJson(path: readonly string[]): Lookup {
  const number = large.add(path);
  const same = small.add(path);
  return ({ source }) => {
    const alert = source.alert();
    return alert.isLarge ? large.find(alert, number) : small.find(alert, same);
  };
}
