// What `only`, `except` and `when` cost while alerts are read.
import { join } from 'node:path';
import { alertText } from '../lib/alerts.mjs';
import { FILTERS_AS_CONDITIONS, TYPICAL_CONDITIONS, teams } from '../lib/conditions.mjs';
import { alertFile } from '../lib/home.mjs';
import { TYPICAL, takingAll } from '../lib/integrations.mjs';
import { parsing, reading } from '../lib/reading.mjs';
import { atMost, speed } from '../lib/rows.mjs';
import { compare, median, quantile } from '../lib/stats.mjs';

const SIZES = {
  full: { count: 40_000, rounds: 9 },
  quick: { count: 20_000, rounds: 4 },
  smoke: { count: 500, rounds: 1 },
};
/** How often the file holds the same alerts, so that it takes a while to read. */
const REPEATED = 5;
const TEAMS = 50;

export async function conditionCosts({ project, directory, size }) {
  const { count, rounds } = SIZES[size];
  const contenders = (share) => {
    const text = alertText({ count, share });
    const file = alertFile(join(directory, `conditions-${share}`), text, REPEATED);
    const options = { file, lines: REPEATED * count, share };
    return {
      baseline: parsing(text),
      read: (name, its) => reading(project, join(directory, name), { ...options, ...its }),
    };
  };
  return [...(await nothing(contenders(0), rounds)), await some(contenders(0.05), rounds)];
}

async function nothing({ baseline, read }, rounds) {
  const everything = [...takingAll('slack'), ...takingAll('pagerduty'), ...takingAll('shuffle')];
  const { plain, again, conditions, instead, ...bare } = await compare(
    {
      baseline,
      plain: read('plain', { integrations: TYPICAL }),
      again: read('again', { integrations: TYPICAL }),
      conditions: read('conditions', { integrations: TYPICAL, settings: TYPICAL_CONDITIONS }),
      instead: read('instead', {
        integrations: [...everything, ...takingAll('slack')],
        settings: FILTERS_AS_CONDITIONS,
      }),
    },
    { rounds },
  );
  const { rate } = bare.baseline;
  const slower = (one, other) => one.rates.map((its, i) => its / other.rates[i]);
  // Three quarters of the rounds differ by no more than this where nothing has changed.
  const spread = quantile(
    slower(plain, again).map((times) => Math.max(times, 1 / times)),
    0.75,
  );
  const title = 'intake, nothing matches, 4 integrations with conditions';
  return [
    speed(title, 'alerts/s', conditions, rate),
    atMost(
      '  times slower than without; goal: as one run differs from another',
      '×',
      median(slower(plain, conditions)),
      Math.round(1000 * spread) / 1000,
    ),
    speed('  conditions in the place of filters', 'alerts/s', instead, rate),
  ];
}

async function some({ baseline, read }, rounds) {
  const { many, ...bare } = await compare(
    { baseline, many: read('teams', teams(TEAMS)) },
    { rounds },
  );
  const title = `intake, 5 % match, ${TEAMS} integrations with conditions`;
  return speed(title, 'alerts/s', many, bare.baseline.rate, 2);
}
