import { beforeEach, describe, expect, it } from 'vitest';
import {
  anAcceptedAlert,
  anIdentity,
  anIntake,
  aSettlement,
  openTestDatabase,
} from '../../../test/support/outbox.ts';
import { tempDir } from '../../../test/support/temp-dir.ts';
import type { LeasedDelivery, NewDelivery } from '../../core/delivery.ts';
import type { Arrival } from '../../core/grouping.ts';
import { GroupingPolicy } from '../../grouping/policy.ts';
import { type GroupingRules, NO_RULES } from '../../grouping/rules.ts';
import type { Database } from '../database.ts';
import { Purge } from '../purge.ts';
import { Queue } from '../queue.ts';
import { SqliteOutbox } from '../sqlite-outbox.ts';

const MINUTE = 60_000;
/** A Monday, 14:00 UTC. */
const START = Date.UTC(2026, 10, 23, 14);

let database: Database;
let outbox: SqliteOutbox;
let now: number;

beforeEach(() => {
  database = openTestDatabase(tempDir());
  now = START;
});

function use(rules: Partial<GroupingRules>): void {
  outbox ??= new SqliteOutbox(database);
  const all = { ...NO_RULES, source: JSON.stringify(rules), ...rules };
  outbox.assignLanes([{ ...anIdentity('slack'), policy: new GroupingPolicy('slack', all) }], now);
}

function open(rules: Partial<GroupingRules>): void {
  outbox = new SqliteOutbox(database);
  use(rules);
}

/** An alert of a key for the one lane. */
function alert(key: string, level = 5, text = `${key} ${now}`): NewDelivery {
  const keys: Arrival = { throttleKey: `["${key}"]`, groupKey: `["${key}"]` };
  const raw = JSON.stringify({ rule: { level, id: key }, full_log: text });
  return { ...anAcceptedAlert(raw, [1], level, text), arrivals: new Map([[1, keys]]) };
}

function accept(...alerts: NewDelivery[]): void {
  outbox.accept(anIntake(alerts), now);
}

/** What goes now, in words: an alert's key, or `key ×count` for what is sent together. */
function sent(): string[] {
  const leased = outbox.lease(1, 64, 1e6, now);
  outbox.commit({ settlements: leased.map(({ id }) => aSettlement(id, { startedAt: now })) });
  return leased.map(wordsOf);
}

function wordsOf({ bundle, raw }: LeasedDelivery): string {
  if (bundle === undefined) {
    const { rule } = JSON.parse(raw.toString()) as { rule: { id: string; description?: string } };
    return rule.description ?? rule.id;
  }
  const lines = bundle.lines.map(({ key, count }) => `${key} ×${count}`);
  return `${bundle.kind} ${lines.join(', ')}`;
}

const states = () => new Queue(database).stats()['slack'];

describe('a throttle', () => {
  const throttle = { same: ['rule.id'], every: 15 * MINUTE, upTo: 60 * MINUTE };

  it('sends the first of a key, and holds its repeats until the period is over', () => {
    open({ throttle });
    accept(alert('a'), alert('a'), alert('b'), alert('a'));
    expect(sent()).toEqual(['a', 'b']);
    expect(states()).toMatchObject({ held: 2, delivered: 2, pending: 0 });
    expect(outbox.nextDue(1)).toBe(START + 15 * MINUTE);
    now += 15 * MINUTE - 1;
    expect(sent()).toEqual([]);
    now += 1;
    expect(sent()).toEqual(['throttle ["a"] ×2']);
    expect(states()).toMatchObject({ held: 0, covered: 1, delivered: 3 });
  });

  it('doubles its period while repeats go on, up to its longest, and halves it when it is quiet', () => {
    open({ throttle });
    accept(alert('a'));
    sent();
    const waits: number[] = [];
    for (let round = 0; round < 4; round += 1) {
      accept(alert('a'));
      waits.push(((outbox.nextDue(1) ?? 0) - now) / MINUTE);
      now = outbox.nextDue(1) ?? 0;
      expect(sent()).toEqual(['throttle ["a"] ×1']);
    }
    expect(waits).toEqual([15, 30, 60, 60]);
    now += 61 * MINUTE;
    accept(alert('a'), alert('a'));
    expect(sent()).toEqual(['a']);
    expect(((outbox.nextDue(1) ?? 0) - now) / MINUTE).toBe(30);
  });

  it('lets what is urgent through', () => {
    open({ throttle, urgent: 12 });
    accept(alert('a'), alert('a', 12), alert('a', 11), alert('a', 15));
    expect(sent()).toEqual(['a', 'a', 'a']);
  });

  it('goes on after a restart as if nothing had been', () => {
    open({ throttle });
    accept(alert('a'), alert('a'));
    sent();
    open({ throttle });
    accept(alert('a'));
    now += 15 * MINUTE;
    expect(sent()).toEqual(['throttle ["a"] ×2']);
  });

  it('follows a changed period at once', () => {
    open({ throttle });
    accept(alert('a'), alert('a'));
    sent();
    now += 5 * MINUTE;
    use({ throttle: { ...throttle, every: 6 * MINUTE } });
    expect(outbox.nextDue(1)).toBe(START + 15 * MINUTE); // it is within the bounds still
    use({ throttle: { ...throttle, every: MINUTE, upTo: 6 * MINUTE } });
    expect(outbox.nextDue(1)).toBe(START + 6 * MINUTE);
    use({ throttle: { ...throttle, same: ['agent.id'] } });
    expect(sent()).toEqual(['throttle ["a"] ×1']);
    use({});
    accept(alert('a'), alert('a'));
    expect(sent()).toEqual(['a', 'a']);
  });

  it('sends the same again when it failed, and what came since in a message of its own', () => {
    open({ throttle });
    accept(alert('a'), alert('a'), alert('a'));
    sent();
    now += 15 * MINUTE;
    const [first] = outbox.lease(1, 1, 1e6, now);
    const retry = { state: 'pending', notBefore: now + 1000, reason: 'timeout' } as const;
    const outcome = { kind: 'retry', reason: 'timeout' } as const;
    outbox.commit({ settlements: [aSettlement(first?.id ?? 0, { outcome, next: retry })] });
    accept(alert('a'));
    now += 1000;
    const [second] = outbox.lease(1, 1, 1e6, now);
    expect(second?.bundle).toEqual(first?.bundle);
    expect(second?.bundle?.count).toBe(2);
    outbox.commit({ settlements: [aSettlement(second?.id ?? 0)] });
    now += 30 * MINUTE;
    expect(sent()).toEqual(['throttle ["a"] ×1']);
  });

  it('makes its members dead with it, and an operator sends them again together or singly', () => {
    open({ throttle });
    accept(alert('a'), alert('a', 3, 'second'), alert('a', 3, 'third'));
    sent();
    now += 15 * MINUTE;
    const reject = (id: number | undefined) => {
      const outcome = { kind: 'reject', reason: 'rejected' } as const;
      const next = { state: 'dead', reason: 'rejected' } as const;
      outbox.commit({ settlements: [aSettlement(id ?? 0, { outcome, next })] });
    };
    const [head] = outbox.lease(1, 1, 1e6, now);
    reject(head?.id);
    const queue = new Queue(database);
    expect(states()).toMatchObject({ dead: 2, held: 0 });
    queue.retry({ state: 'dead' });
    expect(states()).toMatchObject({ dead: 0, pending: 1, held: 1 });
    const [again] = outbox.lease(1, 9, 1e6, now);
    expect(again?.bundle?.key).toBe(head?.bundle?.key);
    expect(again?.bundle?.count).toBe(2);
    reject(again?.id);
    const member = [...queue.list({ state: 'dead' })].find(({ alert }) => alert === 'second');
    queue.retry({ ids: [member?.id ?? 0] });
    const [single] = outbox.lease(1, 9, 1e6, now);
    expect(single?.bundle).toBeUndefined();
    expect(single?.raw.toString()).toContain('second');
  });

  it('is dropped with its members', () => {
    open({ throttle });
    accept(alert('a'), alert('a'), alert('a'));
    sent();
    now += 15 * MINUTE;
    const [head] = outbox.lease(1, 1, 1e6, now);
    new Queue(database).drop({ ids: [head?.id ?? 0] }, { who: 'tester', at: now });
    outbox.commit({ settlements: [aSettlement(head?.id ?? 0)] });
    expect(states()).toMatchObject({ held: 0, leased: 0, delivered: 1, covered: 0 });
  });
});

describe('a digest', () => {
  const digest = {
    by: ['rule.id'],
    every: { kind: 'interval', ms: 60 * MINUTE },
    atMost: 4,
  } as const;

  it('sends all of a period as one message, with a line for each key', () => {
    open({ digest });
    accept(alert('a'), alert('b', 9), alert('a'));
    now += 60 * MINUTE;
    expect(sent()).toEqual(['digest ["b"] ×1, ["a"] ×2']);
    expect(states()).toMatchObject({ covered: 2, delivered: 1, held: 0 });
  });

  it('is due at once when it is full, and the next one opens', () => {
    open({ digest });
    accept(...Array.from({ length: 6 }, () => alert('a')));
    expect(sent()).toEqual(['digest ["a"] ×4']);
    now += 60 * MINUTE;
    expect(sent()).toEqual(['digest ["a"] ×2']);
  });

  it('is due at fixed times', () => {
    const next = (after: number) => Math.floor(after / 86_400_000 + 1) * 86_400_000;
    open({ digest: { ...digest, every: { kind: 'schedule', text: '00:00', next } } });
    accept(alert('a'));
    expect(outbox.nextDue(1)).toBe(Date.UTC(2026, 10, 24));
  });

  it('takes the place of its last member', () => {
    open({ digest: { ...digest, atMost: 2 }, urgent: 10 });
    accept(alert('a'), alert('u', 10), alert('a'), alert('v', 10));
    expect(sent()).toEqual(['u', 'digest ["a"] ×2', 'v']);
  });

  it('is represented by its first alert of the highest level', () => {
    open({ digest: { ...digest, atMost: 3 } });
    accept(alert('a', 3, 'low'), alert('a', 9, 'high'), alert('a', 9, 'high too'));
    const [head] = outbox.lease(1, 1, 1e6, now);
    expect(head?.raw.toString()).toContain('"high"');
    expect(head?.bundle).toMatchObject({ count: 3, highestLevel: 9, firstAt: now, moreLines: 0 });
    expect(head?.bundle?.examples.map(String)).toHaveLength(3);
  });
});

describe('a storm', () => {
  const storm = { above: 3, in: 5 * MINUTE, late: 10 * MINUTE };

  it('is told, covers what comes by a message a minute, and is told when it is over', () => {
    open({ storm });
    accept(...['a', 'b', 'c', 'd', 'e', 'd'].map((key) => alert(key)));
    const [notice, ...first] = sent().toReversed();
    expect(notice).toMatch(/^Too many alerts for slack: more than 3 in 5 minutes/);
    // What waited untried is in the storm as well.
    expect(first).toEqual(['c', 'b', 'a']);
    now += MINUTE;
    expect(sent()).toEqual(['storm ["d"] ×2, ["e"] ×1']);
    for (let minutes = 0; minutes < 5; minutes += 1) {
      now += MINUTE;
      expect(sent()).toEqual([]);
    }
    for (let minutes = 0; minutes < 6; minutes += 1) now = Math.max(now, outbox.nextDue(1) ?? now);
    const told: string[] = [];
    while (outbox.nextDue(1) !== undefined) {
      now = Math.max(now, outbox.nextDue(1) ?? 0);
      told.push(...sent());
    }
    expect(told).toEqual([
      expect.stringMatching(/^The flood of alerts for slack is over: 3 alerts/),
    ]);
    accept(alert('a'));
    expect(sent()).toEqual(['a']);
  });

  it('begins when what waits would take too long, and takes that in', () => {
    open({ storm: { ...storm, above: 1e9, rate: 1 / MINUTE } });
    accept(...Array.from({ length: 20 }, (_, at) => alert(`k${at % 2}`)));
    now += 1;
    accept(alert('k0'), alert('k1', 5));
    const first = sent();
    expect(first).toHaveLength(1);
    expect(first[0]).toMatch(/^Too many/);
    now += MINUTE;
    expect(sent()).toEqual(['storm ["k0"] ×11, ["k1"] ×11']);
    const told: string[] = [];
    while (outbox.nextDue(1) !== undefined) {
      now = Math.max(now, outbox.nextDue(1) ?? 0);
      told.push(...sent());
    }
    expect(told).toEqual([expect.stringContaining('is over: 22 alerts in all.')]);
  });
});

describe('hours', () => {
  const at = {
    name: 'office',
    contains: (time: number) => time >= START + 60 * MINUTE,
    nextStart: (time: number) => Math.max(time, START + 60 * MINUTE),
  };

  it('hold alerts, one by one, until they begin', () => {
    open({ at });
    accept(alert('a'), alert('b'));
    expect(sent()).toEqual([]);
    expect(states()).toMatchObject({ held: 2 });
    now = outbox.nextDue(1) ?? 0;
    expect(now).toBe(START + 60 * MINUTE);
    expect(sent()).toEqual(['a', 'b']);
  });

  it('bring them as one message', () => {
    open({ at, outside: 'digest' });
    accept(alert('a'), alert('b'), alert('a'));
    now += 60 * MINUTE;
    expect(sent()).toEqual(['time ["a"] ×2, ["b"] ×1']);
  });

  it('or drop them, and keep them to be seen', () => {
    open({ at, outside: 'drop', urgent: 12 });
    accept(alert('a'), alert('b', 12));
    expect(sent()).toEqual(['b']);
    expect(states()).toMatchObject({ silenced: 1 });
  });

  it('that were removed release what they held', () => {
    open({ at });
    accept(alert('a'));
    use({});
    expect(sent()).toEqual(['a']);
  });
});

it('tells why alerts were held back, once they are stored', () => {
  open({ throttle: { same: ['rule.id'], every: MINUTE, upTo: MINUTE } });
  const held: unknown[] = [];
  outbox.onHeld = (lane, verdict) => held.push([lane, verdict]);
  accept(alert('a'), alert('a'), alert('a'));
  expect(held).toEqual([
    [1, 'throttle'],
    [1, 'throttle'],
  ]);
});

it('sends what it holds when it has used up its share', () => {
  open({ throttle: { same: ['rule.id'], every: MINUTE, upTo: MINUTE } });
  accept(alert('a'), alert('a'));
  sent();
  const behind = new Map([[1, { source: 'test', version: 1, state: {} }]]);
  outbox.accept(anIntake([], { behind }), now);
  expect(sent()).toEqual(['throttle ["a"] ×1']);
});

it('accounts for the members of many messages that end together, a part at a time', () => {
  open({ throttle: { same: ['rule.id'], every: MINUTE, upTo: MINUTE } });
  const keys = Array.from({ length: 300 }, (_, at) => `k${at % 150}`);
  accept(...keys.map((key) => alert(key)));
  accept(...Array.from({ length: 1500 }, () => alert('k0')));
  while (sent().length > 0);
  now += MINUTE;
  while (sent().length > 0);
  for (let syncs = 0; syncs < 10; syncs += 1) outbox.sync();
  expect(states()).toMatchObject({ held: 0, pending: 0, delivered: 300, covered: 1500 });
});

it('keeps a bounded number of keys, those that were quiet for the longest go', () => {
  open({ throttle: { same: ['rule.id'], every: MINUTE, upTo: MINUTE } });
  database.run(
    `INSERT INTO throttle (lane, key, last_sent, period)
     SELECT 1, 'k' || value, ? + value, 60000 FROM json_each(?)`,
    now,
    JSON.stringify(Array.from({ length: 100_010 }, (_, at) => at + 1)),
  );
  const space = new Purge(database);
  expect(space.forgetQuiet(now, 500)).toBe(10);
  expect(space.forgetQuiet(now, 500)).toBe(0);
  const first = database.get<{ key: string }>(
    'SELECT key FROM throttle ORDER BY last_sent LIMIT 1',
  );
  expect(first?.key).toBe('k11');
  now += 10 * MINUTE;
  expect(space.forgetQuiet(now, 500)).toBe(500);
});

it('shows in the queue what is held, why, and what it is sent with', () => {
  open({ throttle: { same: ['rule.id'], every: MINUTE, upTo: MINUTE } });
  accept(alert('a'), alert('a'), alert('a'));
  const queue = new Queue(database);
  const [first, second, third] = [...queue.list({})].toReversed();
  expect(first).toMatchObject({ state: 'pending', verdict: undefined, bundle: undefined });
  expect(second).toMatchObject({
    state: 'held',
    verdict: 'throttle',
    bundle: { kind: 'throttle', isCarrier: false },
    nextAttemptAt: now + MINUTE,
  });
  now += MINUTE;
  sent();
  const bundle = third?.bundle?.id;
  expect([...queue.list({ bundle })].toReversed().map(({ id, state }) => [id, state])).toEqual([
    [2, 'covered'],
    [3, 'delivered'],
  ]);
  expect(queue.show(3)?.bundle?.isCarrier).toBe(true);
});
