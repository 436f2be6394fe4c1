// What a throttle and a digest cost for each alert that matches.
import { join } from 'node:path';
import { alertText } from '../lib/alerts.mjs';
import { alertFile } from '../lib/home.mjs';
import { takingAll } from '../lib/integrations.mjs';
import { reading } from '../lib/reading.mjs';
import { atMost, plain } from '../lib/rows.mjs';
import { compare, median } from '../lib/stats.mjs';

const SIZES = {
  full: { count: 40_000, rounds: 7 },
  quick: { count: 20_000, rounds: 3 },
  smoke: { count: 500, rounds: 1 },
};
const MOST_ADDED_US = 15;

/** What an integration may have, by what it is called in the table. */
const RULES = {
  'throttle, few keys': { throttle: { same: 'rule.id', every: '15m' } },
  'throttle, 7,000 keys': { throttle: { same: ['rule.id', 'agent.id'], every: '15m' } },
  'throttle, a new key each': { throttle: { same: ['rule.id', 'id'], every: '15m' } },
  digest: { digest: { every: '1h' } },
};

export async function groupingCosts({ project, directory, size }) {
  const { count, rounds } = SIZES[size];
  const file = alertFile(join(directory, 'grouped'), alertText({ count }), 1);
  const options = { integrations: takingAll('shuffle'), file, lines: count, share: 1 };
  const contender = (name, rules) => {
    const settings = rules && JSON.stringify({ integrations: { shuffle: rules } });
    return [name, reading(project, join(directory, name), { ...options, settings })];
  };
  const contenders = [
    contender('baseline'),
    ...Object.entries(RULES).map(([name, its]) => contender(name, its)),
  ];
  const rates = await compare(Object.fromEntries(contenders), { rounds });
  const added = (name) =>
    median(rates[name].rates.map((rate, i) => 1e6 / rate - 1e6 / rates.baseline.rates[i]));
  return [
    plain('intake, all match one integration', 'µs/alert', 1e6 / rates.baseline.rate),
    ...Object.keys(RULES).map((name) =>
      atMost(`  added by: ${name}`, 'µs/alert', added(name), MOST_ADDED_US),
    ),
  ];
}
