// What conditions cost, and what it costs to send alerts together.
import { conditionCosts } from '../routing/conditions.mjs';
import { groupingCosts } from '../routing/grouping.mjs';
import { keysInMemory } from '../routing/keys.mjs';
import { storm } from '../routing/storm.mjs';

export async function measure(task) {
  const rows = [];
  for (const part of [conditionCosts, groupingCosts, keysInMemory, storm]) {
    rows.push(...(await part(task)));
  }
  return rows;
}
