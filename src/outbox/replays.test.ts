import { expect, it } from 'vitest';
import {
  anAcceptedAlert,
  anIdentity,
  anIntake,
  openTestDatabase,
} from '../../test/support/outbox.ts';
import { tempDir } from '../../test/support/temp-dir.ts';
import { outboxLimits } from '../core/settings.ts';
import { laneOf, ReplayWriter, roomIn } from './replays.ts';
import { SqliteOutbox } from './sqlite-outbox.ts';

function scene() {
  const database = openTestDatabase(tempDir());
  const outbox = new SqliteOutbox(database);
  outbox.assignLanes([anIdentity('slack'), anIdentity('shuffle')], 0);
  const lane = laneOf(database, 'slack') ?? 0;
  return { database, outbox, lane, priorityOf: (level: number) => Number(level >= 12) };
}

const alert = (raw: string, level = 3) => ({ raw: Buffer.from(raw), alertId: raw, level });

it('what is replayed is leased as any delivery, and only new keys have a salt', () => {
  const { database, outbox, lane, priorityOf } = scene();
  outbox.accept(anIntake([anAcceptedAlert('first', [lane])]), 1);
  for (const newKeys of [false, true]) {
    const writer = new ReplayWriter(database, { lane, priorityOf, newKeys });
    expect(writer.add(alert('plain'))).toBe(false);
    writer.add(alert('grave', 12));
    writer.store(5);
    expect(writer.stored).toBe(2);
  }
  expect(outbox.changedElsewhere()).toBe(false);
  const leased = outbox.lease(lane, 9, 1e6, 6);
  const seen = leased.map(({ raw, salt }) => [raw.toString('utf8'), typeof salt]);
  expect(seen).toEqual([
    ['grave', 'undefined'],
    ['grave', 'string'],
    ['first', 'undefined'],
    ['plain', 'undefined'],
    ['plain', 'string'],
  ]);
  expect(leased[1]?.salt).toBe(leased[4]?.salt);
  expect(outbox.lease(2, 9, 1e6, 6)).toEqual([]);
});

it('a step is full after so many alerts, or so many bytes', () => {
  const { database, lane, priorityOf } = scene();
  const writer = new ReplayWriter(database, { lane, priorityOf, newKeys: false });
  const full = Array.from({ length: 500 }, (_, at) => writer.add(alert(`alert ${at}`)));
  expect(full.indexOf(true)).toBe(499);
  writer.store(1);
  expect(writer.add(alert('x'.repeat(2 ** 20)))).toBe(true);
});

it('who replayed how many is recorded, and is none of what the daemon has to tell of drops', () => {
  const { database, outbox, lane, priorityOf } = scene();
  const writer = new ReplayWriter(database, { lane, priorityOf, newKeys: true });
  writer.add(alert('a'));
  writer.store(1);
  writer.record({ at: 7, who: 'anna' }, { integration: 'slack', since: 1, until: 2 });
  expect(database.all('SELECT at, who, kind, detail FROM audit')).toEqual([
    {
      at: 7,
      who: 'anna',
      kind: 'replay',
      detail: '{"integration":"slack","since":1,"until":2,"count":1,"newKeys":true}',
    },
  ]);
  expect(outbox.untoldDrops()).toEqual([]);
});

it('the room is what waits in each lane, and what all may have', () => {
  const { database, outbox, lane } = scene();
  outbox.accept(anIntake([anAcceptedAlert('first', [lane])]), 1);
  const room = roomIn(database, outboxLimits({ maxBytes: 2 ** 30 }));
  expect(room.lanes).toEqual(new Set([1, 2]));
  expect(room.waitingBytes.get(lane)).toBeGreaterThan(5);
  expect(room.poolBytes).toBeCloseTo(0.8 * 2 ** 30, -2);
  const full = roomIn(database, outboxLimits({ maxBytes: 1 }));
  expect(full.poolBytes).toBeLessThan(1);
});
