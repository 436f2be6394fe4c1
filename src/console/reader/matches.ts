import { Alert } from '../../alert/alert.ts';
import { alertOf } from '../../alert/large-alert.ts';
import type { BrowseFilter } from '../../outbox/browse/filter.ts';
import { hiddenBy, withoutHidden } from '../hidden.ts';
import type { Search } from '../search.ts';

/**
 * What the outbox can look for by itself. Labels that are hidden it looks for as texts: how fast it finds
 * them would tell of them.
 */
export function filterOf(search: Search): BrowseFilter {
  const { rule, agent, text, hide, ...rest } = search;
  const isHidden = hiddenBy(hide);
  const hidesRule = isHidden(['rule', 'id']);
  const hidesAgent = isHidden(['agent', 'name']) || isHidden(['agent', 'id']);
  return {
    ...rest,
    rule: hidesRule ? undefined : rule,
    agent: hidesAgent ? undefined : agent,
    holds: [hidesRule ? rule : undefined, hidesAgent ? agent : undefined, text].filter(
      (part): part is string => part !== undefined && part !== '',
    ),
  };
}

/**
 * Says of an alert whether it is what is looked for; undefined where nothing in it is. What is hidden is not
 * searched: that a search finds it would tell of it.
 */
export function matcherOf(search: Search): ((raw: Buffer) => boolean) | undefined {
  const { rule, agent, text, hide } = search;
  if (rule === undefined && agent === undefined && text === undefined) return undefined;
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
