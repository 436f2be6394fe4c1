// How fast alerts are read, judged and stored: the whole way from the file to the outbox.
import { join } from 'node:path';
import { alertText } from '../lib/alerts.mjs';
import { alertFile } from '../lib/home.mjs';
import { manyIntegrations, TYPICAL } from '../lib/integrations.mjs';
import { parsing, reading } from '../lib/reading.mjs';
import { atMost, speed } from '../lib/rows.mjs';
import { compare } from '../lib/stats.mjs';

const SIZES = {
  full: { count: 40_000, rounds: 7 },
  quick: { count: 20_000, rounds: 4 },
  smoke: { count: 500, rounds: 1 },
};
/** How often the file holds the same alerts, so that it takes a while to read. */
const REPEATED = 5;
const LOCATION = { name: 'shuffle', filter: '<event_location>^/var/log/app/</event_location>' };

export async function measure({ project, directory, size }) {
  const { count, rounds } = SIZES[size];
  const contenders = (share) => {
    const text = alertText({ count, share });
    const file = alertFile(join(directory, `alerts-${share}`), text, REPEATED);
    const read = (name, integrations) =>
      reading(project, join(directory, name), {
        integrations,
        file,
        lines: REPEATED * count,
        share,
      });
    return { baseline: parsing(text), read };
  };

  const nothing = contenders(0);
  const { baseline, few, many, location } = await compare(
    {
      baseline: nothing.baseline,
      few: nothing.read('few', TYPICAL),
      many: nothing.read('many', manyIntegrations(500)),
      location: nothing.read('location', [...TYPICAL, LOCATION]),
    },
    { rounds },
  );
  const some = contenders(0.05);
  const matching = await compare(
    { baseline: some.baseline, few: some.read('matching', TYPICAL) },
    { rounds },
  );
  return [
    speed('intake, nothing matches, 4 integrations', 'alerts/s', few, baseline.rate, 5),
    speed('intake, 5 % match', 'alerts/s', matching.few, matching.baseline.rate, 3),
    atMost('intake, 500 integrations: times slower than 4', '×', few.ratio / many.ratio, 2),
    speed('intake, also one by event_location only', 'alerts/s', location, baseline.rate),
  ];
}
