import { alertOf } from '../../alert/large-alert.ts';
import type { BrowseFilter } from '../../outbox/browse/filter.ts';
import { hiddenBy, withoutHidden } from '../hidden.ts';
import type { Search } from '../search.ts';

const AGENT_LABELS = ['name', 'id'] as const;

/**
 * What the outbox can look for by itself. Of labels that are hidden it is not asked: what is found, and how
 * fast, would tell of them.
 */
export function filterOf({ rule, text, hide, ...rest }: Search): BrowseFilter {
  const isHidden = hiddenBy(hide);
  const agentBy = AGENT_LABELS.filter((label) => !isHidden(['agent', label]));
  const asksForHidden =
    (rule !== undefined && isHidden(['rule', 'id'])) ||
    (rest.level !== undefined && isHidden(['rule', 'level'])) ||
    (rest.agent !== undefined && agentBy.length === 0);
  const rules = asksForHidden ? [] : rule?.split(',').map((one) => one.trim());
  return { ...rest, rules, agentBy, holds: text === undefined || text === '' ? [] : [text] };
}

/**
 * Looks once more at an alert that holds the text: it may stand in what is hidden, and that a search finds it
 * would tell of it. Undefined where nothing is.
 */
export function matcherOf({ text, hide }: Search): ((raw: Buffer) => boolean) | undefined {
  if (text === undefined || text === '' || hide.length === 0) return undefined;
  const isHidden = hiddenBy(hide);
  return (raw) => JSON.stringify(withoutHidden(alertOf(raw).json, isHidden)).includes(text);
}
