import { Alert } from '../../alert/alert.ts';
import { alertOf } from '../../alert/large-alert.ts';
import { hiddenBy, withoutHidden } from '../hidden.ts';
import type { Search } from '../search.ts';

/** What the bytes of an alert must hold, so that only few have to be parsed. */
export function heldTexts({ rule, agent, text }: Search): string[] {
  return [rule, agent, text].filter((part): part is string => part !== undefined && part !== '');
}

/**
 * Says of an alert whether it is what is looked for; undefined where nothing in it is. What is hidden is not
 * searched: that a search finds it would tell of it.
 */
export function matcherOf(search: Search): ((raw: Buffer) => boolean) | undefined {
  if (heldTexts(search).length === 0) return undefined;
  const { rule, agent, text, hide } = search;
  const isHidden = hide.length === 0 ? undefined : hiddenBy(hide);
  const at = (alert: Alert, ...path: string[]) =>
    isHidden?.(path) === true ? undefined : alert.textAt(...path);
  return (raw) => {
    const alert = alertOf(raw);
    if (rule !== undefined && at(alert, 'rule', 'id') !== rule) return false;
    if (agent !== undefined) {
      const isIts = at(alert, 'agent', 'name') === agent || at(alert, 'agent', 'id') === agent;
      if (!isIts) return false;
    }
    if (text === undefined || isHidden === undefined) return true;
    return JSON.stringify(withoutHidden(alert.json, isHidden)).includes(text);
  };
}
