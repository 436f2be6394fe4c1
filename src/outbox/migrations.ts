import type { Database } from './database.ts';
import { ALARMS } from './migrations/alarms.ts';
import { EXPLANATIONS } from './migrations/explanations.ts';
import { FIRST_SHAPE } from './migrations/first-shape.ts';
import { GROUPING } from './migrations/grouping.ts';
import { HOLDS_AND_DROPS } from './migrations/holds-and-drops.ts';
import { LABELS } from './migrations/labels.ts';
import { OPERATORS } from './migrations/operators.ts';
import { PAUSES } from './migrations/pauses.ts';
import { REPLAYS } from './migrations/replays.ts';
import { SILENCES } from './migrations/silences.ts';
import { SOURCES } from './migrations/sources.ts';
import { USAGE } from './migrations/usage.ts';

/**
 * The steps from an empty file to the present shape. A step is never changed once it was released:
 * a change of shape is a further step.
 */
const MIGRATIONS: readonly string[] = [
  FIRST_SHAPE,
  SOURCES,
  USAGE,
  HOLDS_AND_DROPS,
  GROUPING,
  EXPLANATIONS,
  PAUSES,
  SILENCES,
  REPLAYS,
  LABELS,
  OPERATORS,
  ALARMS,
];

/** The shape of this version, as `user_version` of the file says it. */
export const PRESENT_FORMAT = MIGRATIONS.length;

/** The shape that a database has; 0: none yet. */
export function formatOf(database: Database): number {
  return database.get<{ user_version: number }>('PRAGMA user_version')?.user_version ?? 0;
}

/**
 * Brings the database to the present shape, in one transaction: whoever is killed meanwhile leaves it as
 * it was.
 * @param target the shape to stop at, for tests that need an older one.
 * @param before called once nobody else can write, before anything is changed.
 */
export function migrate(database: Database, target = PRESENT_FORMAT, before?: () => void): void {
  if (formatOf(database) >= target) return;
  database.transaction(() => {
    // Another process may have done it while we waited for the lock.
    if (formatOf(database) < target) before?.();
    for (let step = formatOf(database); step < target; step += 1) {
      database.execute(MIGRATIONS[step] as string);
      database.execute(`PRAGMA user_version = ${step + 1}`);
    }
  });
}
