import type { Pause } from '../core/outbox.ts';
import { type Audit, recordPause } from './audit.ts';
import type { Database } from './database.ts';

/** What came of it: nothing, where it was so before. */
export type PauseChange = 'changed' | 'same' | 'unknown';

/** Stops a lane for a while, or ends that, and keeps who did it. A daemon sees it within a second. */
export function setPause(
  database: Database,
  integration: string,
  pause: Pause | undefined,
  audit: Audit,
): PauseChange {
  return database.transaction(() => {
    const lane = database.get<{ id: number; paused_at: number | null }>(
      'SELECT id, paused_at FROM lane WHERE integration = ?',
      integration,
    );
    if (lane === undefined) return 'unknown';
    if ((lane.paused_at !== null) === (pause !== undefined)) return 'same';
    database.run(
      'UPDATE lane SET paused_at = ?, paused_by = ? WHERE id = ?',
      pause?.since ?? null,
      pause?.who ?? null,
      lane.id,
    );
    recordPause(database, audit, pause === undefined ? 'resume' : 'pause', integration);
    return 'changed';
  });
}
