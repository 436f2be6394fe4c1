import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { askDaemon } from '../../control/client.ts';
import { OutboxError } from '../../core/outbox-error.ts';
import type { LaneReport, StatusReport } from '../../core/status.ts';
import { type DaemonPlace, nobodyAt, socketOf, whyNotAsked } from '../daemon-place.ts';
import { readAnswer } from '../read-answer.ts';

/** What can be found out about the daemon of a state directory. */
export type Gathered =
  | { readonly kind: 'running'; readonly report: StatusReport }
  /** There is no daemon: what waits is read from the outbox. */
  | {
      readonly kind: 'stopped';
      readonly waiting: readonly LaneReport[];
      readonly hasOutbox: boolean;
      /** Why it is unknown what waits. */
      readonly why?: string;
    }
  | { readonly kind: 'unknown'; readonly why: string };

/** An operator at three in the morning does not wait longer. */
const PATIENCE_MS = 5000;

const askStatus = (place: DaemonPlace) => askDaemon(socketOf(place), 'GET', '/status', PATIENCE_MS);

/** What the daemon says of itself; undefined where none answers. Looks at nothing else. */
export async function reportOf(place: DaemonPlace): Promise<StatusReport | undefined> {
  const result = await askStatus(place);
  if (result.kind !== 'answered' || result.status !== 200) return undefined;
  return readAnswer<StatusReport>(result.body);
}

/** Asks the daemon, and where there is none, the outbox, which is out of sight from a read socket. */
export async function gather(place: DaemonPlace): Promise<Gathered> {
  const { state, readSocket } = place;
  const result = await askStatus(place);
  switch (result.kind) {
    case 'answered':
      if (result.status !== 200) return { kind: 'unknown', why: result.body };
      return { kind: 'running', report: readAnswer<StatusReport>(result.body) };
    case 'failed':
      return { kind: 'unknown', why: whyNotAsked(place, result.why) };
    case 'nobody': {
      if (readSocket !== undefined) {
        return { kind: 'stopped', waiting: [], hasOutbox: false, why: nobodyAt(readSocket) };
      }
      const { daemonOf } = await import('../../outbox/daemon-lock.ts');
      const owner = daemonOf(state);
      if (owner === undefined) return stopped(state);
      const why = `process ${owner.pid} runs since ${owner.startedAt}, and does not listen at ${socketOf(place)}; its log says why`;
      return { kind: 'unknown', why };
    }
  }
}

/** What reads an outbox is loaded by this only: a daemon that runs is asked often. */
async function stopped(state: string): Promise<Gathered> {
  const { OUTBOX_FILE, openOutboxDatabase } = await import('../../outbox/state-directory.ts');
  const { SqliteStatistics } = await import('../../outbox/statistics.ts');
  if (!existsSync(join(state, OUTBOX_FILE)))
    return { kind: 'stopped', waiting: [], hasOutbox: false };
  try {
    const database = openOutboxDatabase(state);
    try {
      const statistics = new SqliteStatistics(database);
      const stops = statistics.stopped();
      const waiting = statistics.backlog().map((one): LaneReport => {
        const { integration: id, held, dead, oldestReadAt, behindSince } = one;
        const pending = one.pending + one.leased + one.parked;
        const rest = { nextAttemptAt: undefined, oldestReadAt, behindSince };
        const { state = 'not_running', why } = stops.get(id) ?? {};
        return { id, state, why, pending, held, dead, ...rest };
      });
      return { kind: 'stopped', waiting, hasOutbox: true };
    } finally {
      database.close();
    }
  } catch (error) {
    const { trouble, message } = OutboxError.of(error);
    // Between two versions. That it is stopped is known all the same.
    if (trouble === 'older' || trouble === 'newer') {
      return { kind: 'stopped', waiting: [], hasOutbox: true, why: message };
    }
    return { kind: 'unknown', why: (error as Error).message };
  }
}
