import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  anAcceptedAlert,
  anIdentity,
  anIntake,
  openTestDatabase,
} from '../../test/support/outbox.ts';
import { tempDir } from '../../test/support/temp-dir.ts';
import type { LaneIdentity } from '../core/outbox.ts';
import { Queue } from './queue.ts';
import { SqliteOutbox } from './sqlite-outbox.ts';

/** An outbox whose lanes a test assigns again and again, as reloads of the configuration do. */
class Lanes {
  readonly database = openTestDatabase(tempDir());
  readonly outbox = new SqliteOutbox(this.database);
  readonly queue = new Queue(this.database);

  /** The lanes of a configuration, in its order. */
  assign<T extends readonly LaneIdentity[]>(...identities: T): { [K in keyof T]: number } {
    const lanes = this.outbox.assignLanes(identities, 0);
    const ids = identities.map(({ integrationId }) => lanes.get(integrationId)?.id);
    return ids as { [K in keyof T]: number };
  }
}

const PARKING = { reason: 'auth', message: 'gone', since: 5 } as const;

describe('a lane', () => {
  it('is made for each new integration, and found again', () => {
    const lanes = new Lanes();
    const both = [anIdentity('slack', 'a'), anIdentity('pagerduty', 'p')];
    const [slack, pagerduty] = lanes.assign(...both);
    expect(slack).not.toBe(pagerduty);
    expect(lanes.assign(...both)).toEqual([slack, pagerduty]);
  });

  it('stays with its integration when that moves within the file', () => {
    const lanes = new Lanes();
    const identities = [anIdentity('slack', 'a'), anIdentity('shuffle', 's'), anIdentity('x', 'x')];
    const [slack, shuffle, x] = lanes.assign(...identities);
    expect(lanes.assign(...[...identities].reverse())).toEqual([x, shuffle, slack]);
  });

  it('stays through edits of the settings, and of the target', () => {
    const lanes = new Lanes();
    const [slack] = lanes.assign(anIdentity('slack', 'a', 'level 3'));
    expect(lanes.assign(anIdentity('slack', 'a', 'level 5'))).toEqual([slack]);
    expect(lanes.assign(anIdentity('slack', 'b', 'level 5'))).toEqual([slack]);
    expect(lanes.assign(anIdentity('slack', 'c', 'level 9'))).toEqual([slack]);
  });

  it('is its own for each block of the same name, also when they swap places', () => {
    const lanes = new Lanes();
    const [a, b] = lanes.assign(anIdentity('slack', 'a'), anIdentity('slack#2', 'b'));
    lanes.outbox.accept(anIntake([anAcceptedAlert('for a', [a])]), 1);
    lanes.outbox.accept(anIntake([anAcceptedAlert('for b', [b])]), 1);
    expect(lanes.assign(anIdentity('slack', 'b'), anIdentity('slack#2', 'a'))).toEqual([b, a]);
    expect([...lanes.queue.list({})].toReversed()).toMatchObject([
      { alert: 'for a', integration: 'slack#2' },
      { alert: 'for b', integration: 'slack' },
    ]);
  });

  it('follows its target when blocks swap places and are edited in the same moment', () => {
    const lanes = new Lanes();
    const [a, b] = lanes.assign(anIdentity('slack', 'a', '1'), anIdentity('slack#2', 'b', '2'));
    expect(lanes.assign(anIdentity('slack', 'b', '3'), anIdentity('slack#2', 'a', '4'))).toEqual([
      b,
      a,
    ]);
  });

  it('stays in its place when blocks of the same target are edited in the same moment', () => {
    const lanes = new Lanes();
    const [a, b] = lanes.assign(anIdentity('slack', 't', '1'), anIdentity('slack#2', 't', '2'));
    lanes.assign(anIdentity('slack', 't', '2'), anIdentity('slack#2', 't', '1'));
    expect(lanes.assign(anIdentity('slack', 't', '3'), anIdentity('slack#2', 't', '4'))).toEqual([
      b,
      a,
    ]);
  });

  it('stays with the first block when a second is put before it', () => {
    const lanes = new Lanes();
    const [a] = lanes.assign(anIdentity('slack', 'a'));
    const [fresh, again] = lanes.assign(anIdentity('slack', 'new'), anIdentity('slack#2', 'a'));
    expect(again).toBe(a);
    expect(fresh).not.toBe(a);
  });

  it('is told by its place between blocks that are alike', () => {
    const lanes = new Lanes();
    const alike = [
      anIdentity('slack', 'a'),
      anIdentity('slack#2', 'a'),
      anIdentity('slack#3', 'a'),
    ];
    const ids = lanes.assign(...alike);
    expect(new Set(ids).size).toBe(3);
    expect(lanes.assign(...alike)).toEqual(ids);
    expect(lanes.assign(...alike.slice(0, 2))).toEqual(ids.slice(0, 2));
  });

  it('is never taken over by an integration of another name', () => {
    const lanes = new Lanes();
    const [slack] = lanes.assign(anIdentity('slack', 'same'));
    expect(lanes.assign(anIdentity('custom-slack', 'same'))).not.toContain(slack);
  });
});

describe('a removed integration', () => {
  it('keeps its queue, shown as parked, and gets it back when it returns', () => {
    const lanes = new Lanes();
    const slack = anIdentity('slack', 'a', 'level 3');
    const [id] = lanes.assign(slack, anIdentity('x', 'x'));
    lanes.outbox.accept(anIntake([anAcceptedAlert('waits', [id])]), 1);
    lanes.assign(anIdentity('x', 'x'));
    expect([...lanes.queue.list({})].toReversed()).toMatchObject([
      { integration: 'slack (removed)', state: 'parked', nextAttemptAt: undefined },
    ]);
    expect(lanes.queue.show(1)?.parked?.message).toContain('no longer in the configuration');
    lanes.assign(anIdentity('x', 'x'));
    expect(lanes.assign(anIdentity('slack', 'a', 'level 7'))).toEqual([id]);
    expect([...lanes.queue.list({})]).toMatchObject([{ integration: 'slack', state: 'pending' }]);
  });

  it('does not leave its queue to one of the same name that delivers elsewhere', () => {
    const lanes = new Lanes();
    const [old] = lanes.assign(anIdentity('slack', 'a'));
    lanes.assign();
    expect(lanes.assign(anIdentity('slack', 'b'))).not.toContain(old);
  });
});

it('of two equal blocks, the lane of the one that stayed continues', () => {
  const lanes = new Lanes();
  lanes.assign(anIdentity('slack', 'a'), anIdentity('slack#2', 'a'));
  const [, stayed] = lanes.assign(anIdentity('slack', 'b'), anIdentity('slack#2', 'a'));
  expect(lanes.assign(anIdentity('slack', 'a'))).toEqual([stayed]);
});

describe('a parked lane', () => {
  it('stays parked while its settings are the same, and runs again when they were changed', () => {
    const lanes = new Lanes();
    const slack = anIdentity('slack', 'a', 'one');
    const [id] = lanes.assign(slack);
    lanes.outbox.park(id, PARKING);
    expect(lanes.outbox.assignLanes([slack], 0).get('slack')?.parking).toEqual(PARKING);
    const changed = lanes.outbox.assignLanes([anIdentity('slack', 'a', 'two')], 0).get('slack');
    expect(changed).toEqual({ id, parking: undefined, bucket: undefined, isResumed: true });
    expect(lanes.outbox.lane(id)?.parking).toBeUndefined();
  });

  it('is parked as long as its integration cannot run, whatever its settings', () => {
    const lanes = new Lanes();
    const slack = anIdentity('slack', 'a');
    const cannotRun = (since: number) => ({ message: 'no script', since });
    const assign = (identity: LaneIdentity) => lanes.outbox.assignLanes([identity], 0).get('slack');
    const parking = { reason: 'configuration', message: 'no script', since: 7 };
    expect(assign({ ...slack, cannotRun: cannotRun(7) })?.parking).toEqual(parking);
    expect(lanes.outbox.lane(1)?.parking).toEqual(parking);
    // It goes on from when it began.
    const edited = { ...anIdentity('slack', 'b'), cannotRun: cannotRun(8) };
    expect(assign(edited)).toEqual({ id: 1, parking, bucket: undefined });
    const repaired = assign(anIdentity('slack', 'b'));
    expect(repaired).toEqual({ id: 1, parking: undefined, bucket: undefined, isResumed: true });
    expect(lanes.outbox.lane(1)?.parking).toBeUndefined();
    expect(assign(anIdentity('slack', 'b'))).not.toHaveProperty('isResumed');
  });

  it('is told to have been resumed when its integration comes back', () => {
    const lanes = new Lanes();
    const slack = anIdentity('slack', 'a');
    expect(lanes.outbox.assignLanes([slack], 0).get('slack')).not.toHaveProperty('isResumed');
    lanes.assign();
    expect(lanes.outbox.assignLanes([slack], 0).get('slack')).toHaveProperty('isResumed', true);
  });

  it('takes its parking and its bucket along when it changes places', () => {
    const lanes = new Lanes();
    const [, b] = lanes.assign(anIdentity('slack', 'a'), anIdentity('slack#2', 'b'));
    lanes.outbox.park(b, PARKING);
    const bucket = { tokens: 2, at: 9 };
    lanes.outbox.commit({ buckets: new Map([[b, bucket]]) });
    const swapped = lanes.outbox.assignLanes(
      [anIdentity('slack', 'b'), anIdentity('slack#2', 'a')],
      0,
    );
    expect(swapped.get('slack')).toEqual({ id: b, parking: PARKING, bucket });
    expect(swapped.get('slack#2')?.parking).toBeUndefined();
  });
});

it('a lane gives higher levels first where its destination wants that, until it does not', () => {
  const lanes = new Lanes();
  const byLevel = { ...anIdentity('virustotal', 'v'), highestLevelFirst: true };
  const slack = anIdentity('slack', 's');
  const [first, other] = lanes.assign(byLevel, slack);
  const give = (lane: number) => {
    const alerts = [3, 9, 5].map((level) => anAcceptedAlert(`level ${level}`, [lane], level));
    lanes.outbox.accept(anIntake(alerts), 1);
    return lanes.outbox.lease(lane, 9, 999, 2).map(({ raw }) => raw.toString());
  };
  expect(give(first)).toEqual(['level 9', 'level 5', 'level 3']);
  expect(give(other)).toEqual(['level 3', 'level 9', 'level 5']);
  lanes.assign(anIdentity('virustotal', 'v'), slack);
  expect(give(first)).toEqual(['level 3', 'level 9', 'level 5']);
});

it('stores what the integrations are only as hashes, which differ from one outbox to the next', () => {
  const hashes = [new Lanes(), new Lanes()].map((lanes) => {
    lanes.assign(anIdentity('slack', 'https://hooks.example/SECRET', 'key SECRET'));
    const rows = lanes.database.all('SELECT * FROM lane');
    expect(JSON.stringify(rows)).not.toContain('SECRET');
    return JSON.stringify(rows);
  });
  expect(hashes[0]).not.toBe(hashes[1]);
});

it('whatever the edits, every integration has its own lane and every delivery keeps one', () => {
  const block = fc.record({
    name: fc.constantFrom('slack', 'pagerduty'),
    target: fc.constantFrom('a', 'b', 'c'),
    settings: fc.constantFrom('1', '2'),
  });
  /** Numbers the blocks of one name, as the configuration does. */
  const identify = (blocks: readonly { name: string; target: string; settings: string }[]) => {
    const seen = new Map<string, number>();
    return blocks.map(({ name, target, settings }) => {
      const count = (seen.get(name) ?? 0) + 1;
      seen.set(name, count);
      return anIdentity(count === 1 ? name : `${name}#${count}`, target, target + settings);
    });
  };
  fc.assert(
    fc.property(fc.array(fc.array(block, { maxLength: 4 }), { maxLength: 6 }), (configurations) => {
      const lanes = new Lanes();
      let stored = 0;
      let before = new Map<string, number>();
      for (const blocks of configurations) {
        const identities = identify(blocks);
        const ids = lanes.assign(...identities);
        expect(new Set(ids).size).toBe(ids.length);
        expect(lanes.assign(...identities)).toEqual(ids);
        // A block that is nowhere else in the file, before and after, keeps its lane.
        const unique = new Map<string, number>();
        for (const [i, { name, settings }] of identities.entries()) {
          const twins = identities.filter((other) => other.settings === settings);
          if (twins.length === 1) unique.set(`${name} ${settings}`, ids[i] as number);
        }
        for (const [key, id] of unique) expect(before.get(key) ?? id).toBe(id);
        before = unique;
        for (const id of ids) lanes.outbox.accept(anIntake([anAcceptedAlert('x', [id])]), 1);
        stored += ids.length;
        expect([...lanes.queue.list({})]).toHaveLength(stored);
      }
      lanes.database.close();
    }),
    { numRuns: 60 },
  );
});
