import type { BrowseFilter } from './filter.ts';

/** A condition in SQL, and the values of its places. */
export type Condition = [sql: string, ...values: (string | number)[]];

/** What must hold of the labels `f` of an alert; nothing where a filter asks for none. */
export function labelled({ rule, agent }: BrowseFilter): Condition[] {
  const conditions: Condition[] = [];
  if (rule !== undefined) conditions.push(['f.rule = ?', rule]);
  if (agent !== undefined) conditions.push(['(f.agent = ? OR f.agent_id = ?)', agent, agent]);
  return conditions;
}
