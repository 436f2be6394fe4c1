import { type Filters, groupDialect } from '../../filters/dialect.ts';
import { anyOf } from './lists.ts';

/** What the filters of an integration ask besides the level. */
export function filterPhrases(filters: Filters): string[] {
  const { ruleIds, group, eventLocation } = filters;
  return [
    ...(ruleIds === undefined ? [] : [`rule ${anyOf(ruleIds)}`]),
    ...(group === undefined ? [] : [groupText(group, filters)]),
    ...(eventLocation === undefined ? [] : [`location matching ${JSON.stringify(eventLocation)}`]),
  ];
}

function groupText(group: string, filters: Filters): string {
  if (groupDialect(filters) === 'sregex') return `groups matching ${JSON.stringify(group)}`;
  const names = group.split(',').filter((name) => name !== '');
  return `group ${anyOf(names.length === 0 ? [JSON.stringify(group)] : names)}`;
}
