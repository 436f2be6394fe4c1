import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { NewDelivery, Settlement } from '../../src/core/delivery.ts';
import type { IntakeCommit, LaneIdentity } from '../../src/core/outbox.ts';
import type { Outcome } from '../../src/core/outcome.ts';
import type { Checkpoint } from '../../src/core/source.ts';
import type { Database } from '../../src/outbox/database.ts';
import { openOutboxDatabase } from '../../src/outbox/state-directory.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
let opened = 0;

/** Opens the outbox of a test. It need not survive a power failure, so it does not wait for the disk. */
export function openTestDatabase(directory: string): Database {
  // A closed database lets go of its files only when its statements are collected.
  opened += 1;
  if (opened % 50 === 0) collectGarbage();
  const database = openOutboxDatabase(directory);
  database.execute('PRAGMA synchronous = OFF');
  return database;
}

/** A checkpoint that can be told from others by its offset. */
export function checkpointAt(offset: number, source = 'test'): Checkpoint {
  return { source, version: 1, state: { offset } };
}

/** The offset of such a checkpoint; 0 without one. */
export function offsetOf(checkpoint: Checkpoint | undefined): number {
  return (checkpoint?.state as { offset: number } | undefined)?.offset ?? 0;
}

export function anAcceptedAlert(
  raw: string,
  lanes: readonly number[],
  level = 3,
  alertId: string | undefined = raw,
): NewDelivery {
  return { raw: Buffer.from(raw), alertId, level, lanes };
}

/** What reading a batch of alerts led to, and nothing else. */
export function anIntake(
  alerts: readonly NewDelivery[],
  changes: Partial<IntakeCommit> = {},
): IntakeCommit {
  return {
    alerts,
    unreadable: [],
    counts: { read: alerts.length, matched: alerts.length, skipped: 0, unreadable: 0 },
    checkpoint: checkpointAt(0),
    ...changes,
  };
}

export function anIdentity(integrationId: string, target = '', settings = target): LaneIdentity {
  const name = integrationId.replace(/#\d+$/, '');
  return { integrationId, name, target: `target ${target}`, settings: `settings ${settings}` };
}

/** How an attempt on a leased delivery ended: delivered, unless said otherwise. */
export function aSettlement(id: number, changes: Partial<Settlement> = {}): Settlement {
  const outcome: Outcome = { kind: 'delivered', status: 200 };
  const next: Settlement['next'] = { state: 'delivered' };
  return { id, startedAt: 1000, durationMs: 10, outcome, next, ...changes };
}

/** Who drops deliveries in tests. */
export const BY_TEST = { who: 'tester', at: 1000 } as const;
