import { OutboxError } from '../core/outbox-error.ts';
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

/**
 * Brings the database to the present shape.
 * @param target the shape to stop at, for tests that need an older one.
 * @throws OutboxError when it is from a newer version.
 */
export function migrate(database: Database, path: string, target = MIGRATIONS.length): void {
  const version = database.get<{ user_version: number }>('PRAGMA user_version')?.user_version ?? 0;
  if (version > MIGRATIONS.length) {
    throw new OutboxError(
      'newer',
      `The outbox ${path} was written by a newer integratord (format ${version}; this one supports ` +
        `${MIGRATIONS.length}). Run that version again, or select another directory with --state.`,
    );
  }
  for (let step = version; step < target; step += 1) {
    database.transaction(() => {
      // Another process may have taken this step while we waited for the lock.
      const now = database.get<{ user_version: number }>('PRAGMA user_version')?.user_version ?? 0;
      if (now > step) return;
      database.execute(MIGRATIONS[step] as string);
      database.execute(`PRAGMA user_version = ${step + 1}`);
    });
  }
}
