import { beforeEach, describe, expect, it } from 'vitest';
import {
  DELIVERED,
  FakeDestination,
  Gate,
  GONE,
  SERVER_ERROR,
} from '../../test/support/fake-destination.ts';
import { LaneBench } from '../../test/support/lane-bench.ts';
import { anAcceptedAlert, BY_TEST } from '../../test/support/outbox.ts';
import { deliveryKey } from '../core/delivery.ts';
import type { Outcome } from '../core/outcome.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const numbers = (count: number) => Array.from({ length: count }, (_, i) => `${i + 1}`);
const busy = (seconds: number, now: number): Outcome => ({
  kind: 'retry',
  reason: 'rate_limited',
  status: 429,
  notBefore: now + seconds * 1000,
});

let bench: LaneBench;
beforeEach(() => {
  bench = new LaneBench();
});

describe('a lane', () => {
  it('delivers what waits, and what comes later, each with its key and its place in the count', async () => {
    const fake = new FakeDestination();
    const lane = bench.lane(fake, { id: 'slack' });
    bench.store(lane.id, 'early');
    lane.wake();
    await bench.clock.settle();
    bench.give(lane, 'late');
    await bench.clock.settle();
    expect(fake.raws).toEqual(['early', 'late']);
    expect(fake.attempts[0]?.job).toMatchObject({
      key: deliveryKey('slack', Buffer.from('early')),
      attempts: 0,
      integration: { id: 'slack' },
    });
    expect(bench.states).toEqual(['delivered', 'delivered']);
    expect(bench.clock.timers).toBe(0);
  });

  it('does nothing before it is woken', async () => {
    const fake = new FakeDestination();
    const lane = bench.lane(fake);
    bench.store(lane.id, 'a');
    await bench.clock.advance(HOUR);
    expect(fake.raws).toEqual([]);
  });

  it('with a concurrency of one works through its queue in order, urgent ones first', async () => {
    const fake = new FakeDestination();
    const lane = bench.lane(fake);
    bench.give(lane, ...numbers(600), '!a', '!b');
    await bench.finish();
    expect(fake.raws).toEqual(['!a', '!b', ...numbers(600)]);
    expect(fake.mostInFlight).toBe(1);
  });

  it('uses its concurrency and never more', async () => {
    const fake = new FakeDestination(4);
    const gate = new Gate();
    fake.otherwise = gate.hang;
    const lane = bench.lane(fake);
    bench.give(lane, ...numbers(10));
    await bench.clock.settle();
    for (let done = 0; done < 10; done += 1) {
      expect(gate.waiting).toBe(Math.min(4, 10 - done));
      gate.release();
      await bench.clock.settle();
    }
    expect(fake.mostInFlight).toBe(4);
    expect(fake.raws).toEqual(numbers(10));
  });

  it('uses the concurrency of the settings, where they name one', async () => {
    const fake = new FakeDestination(1);
    fake.otherwise = new Gate().hang;
    const lane = bench.lane(fake, { settings: { concurrency: 3 } });
    bench.give(lane, ...numbers(10));
    await bench.clock.settle();
    expect(fake.inFlight).toBe(3);
  });

  it('that hangs delays no other', async () => {
    const hanging = new FakeDestination();
    hanging.otherwise = new Gate().hang;
    const quick = new FakeDestination();
    const [one, two] = bench.configure({ destination: hanging }, { destination: quick });
    bench.give(one as never, 'stuck');
    bench.give(two as never, ...numbers(50));
    await bench.clock.until(() => quick.attempts.length === 50);
    expect(bench.clock.monotonic()).toBe(0);
    expect(quick.raws).toEqual(numbers(50));
  });

  it('holds no more alerts in memory than some megabytes', async () => {
    const fake = new FakeDestination();
    const gate = new Gate();
    const lane = bench.lane(fake);
    const big = 'x'.repeat(1024 * 1024);
    bench.give(lane, ...numbers(20));
    await bench.finish();
    fake.otherwise = gate.hang;
    bench.give(lane, ...numbers(20).map((number) => number + big));
    await bench.clock.settle();
    expect(bench.queue.stats()['lane-0']?.leased).toBeLessThanOrEqual(8);
  });
});

describe('a failed attempt', () => {
  it('is repeated quickly, and an ordered lane waits for it', async () => {
    const fake = new FakeDestination().script(SERVER_ERROR, SERVER_ERROR);
    const lane = bench.lane(fake);
    const start = bench.clock.now();
    bench.give(lane, 'a', 'b', 'c');
    await bench.clock.settle();
    expect(bench.states).toEqual(['pending', 'pending', 'pending']);
    await bench.finish();
    expect(fake.raws).toEqual(['a', 'a', 'a', 'b', 'c']);
    expect(fake.attempts.map(({ at }) => at - start)).toEqual([0, 750, 2250, 2250, 2250]);
    expect(fake.attempts.map(({ job }) => job.attempts)).toEqual([0, 1, 2, 0, 0]);
    expect(bench.queue.show(1)?.attemptLog.map(({ outcome }) => outcome)).toEqual([
      'retry',
      'retry',
      'delivered',
    ]);
  });

  it.each(['restart', 'crash'] as const)('keeps its place in the order over a %s', async (how) => {
    const fake = new FakeDestination().script(SERVER_ERROR);
    bench.give(bench.lane(fake), 'a', 'b', 'c');
    await bench.clock.settle();
    expect(fake.raws).toEqual(['a']);
    await bench[how]();
    bench.lane(fake).wake();
    await bench.finish();
    expect(fake.raws).toEqual(['a', 'a', 'b', 'c']);
  });

  it('does not hold up a lane that keeps no order', async () => {
    const fake = new FakeDestination(2).script(SERVER_ERROR);
    const lane = bench.lane(fake);
    bench.give(lane, 'a', 'b', 'c');
    await bench.clock.settle();
    expect(fake.raws).toEqual(['a', 'b', 'c']);
    await bench.clock.advance(749);
    expect(fake.raws).toHaveLength(3);
    await bench.clock.advance(1);
    expect(fake.raws).toEqual(['a', 'b', 'c', 'a']);
  });

  it('continues to the long schedule, lets others overtake it there, and is given up after a day', async () => {
    const fake = new FakeDestination();
    fake.otherwise = ({ alert }) =>
      alert.raw.toString() === 'bad' ? { kind: 'retry', reason: 'internal' } : DELIVERED;
    bench.clock.randomSource = () => 0.999_999_999;
    const lane = bench.lane(fake);
    const start = bench.clock.now();
    bench.give(lane, 'bad', 'good');
    await bench.clock.until(() => bench.states[1] === 'delivered');
    expect(bench.clock.now() - start).toBe(7000);
    await bench.finish();
    const at = fake.attempts
      .filter(({ raw }) => raw === 'bad')
      .map(({ at }) => (at - start) / 1000);
    expect(at.slice(0, 8)).toEqual([0, 1, 3, 7, 12, 22, 42, 82]);
    expect(at.at(-1)).toBeGreaterThanOrEqual(24 * 3600);
    expect(at.at(-2)).toBeLessThan(24 * 3600);
    expect(bench.entries[0]).toMatchObject({
      state: 'dead',
      reason: 'internal',
      attempts: at.length,
    });
    expect(bench.log.with('delivery is dead')).toHaveLength(1);
    expect(bench.clock.timers).toBe(0);
  });

  it('continues where it was in its schedule after a restart', async () => {
    const fake = new FakeDestination();
    fake.otherwise = { kind: 'retry', reason: 'internal' };
    bench.give(bench.lane(fake), 'a');
    await bench.clock.until(() => fake.attempts.length === 8);
    const due = bench.entries[0]?.nextAttemptAt;
    await bench.restart();
    bench.lane(fake).wake();
    await bench.clock.until(() => fake.attempts.length === 9);
    expect(fake.attempts[8]?.at).toBe(due);
    expect(fake.attempts[8]?.job.attempts).toBe(8);
  });

  it('is final where the alert is refused', async () => {
    const fake = new FakeDestination().script({
      kind: 'reject',
      reason: 'client_error',
      status: 400,
    });
    bench.give(bench.lane(fake), 'a', 'b');
    await bench.clock.settle();
    expect(bench.states).toEqual(['dead', 'delivered']);
  });

  it('follows the quick retries and the schedule of its integration', async () => {
    const fake = new FakeDestination();
    fake.otherwise = { kind: 'retry', reason: 'internal' };
    const retry = { firstSeconds: 10, longestSeconds: 10, giveUpHours: 1 / 60 };
    const lane = bench.lane(fake, { retries: 0, settings: { retry } });
    const start = bench.clock.now();
    bench.give(lane, 'a');
    await bench.finish();
    const at = fake.attempts.map(({ at }) => (at - start) / 1000);
    expect(at).toEqual([0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60]);
  });
});

describe('a time that the service names', () => {
  it('holds up the whole lane when the service was asked too often, which leases nothing meanwhile', async () => {
    const fake = new FakeDestination(2).script(() => busy(120, bench.clock.now()));
    const lane = bench.lane(fake);
    const start = bench.clock.now();
    bench.give(lane, ...numbers(8));
    await bench.clock.settle();
    const before = fake.attempts.length;
    expect(before).toBeLessThan(8);
    expect(bench.queue.stats()['lane-0']?.leased).toBe(0);
    bench.give(lane, '!urgent');
    await bench.clock.advance(119_999);
    expect(fake.attempts).toHaveLength(before);
    await bench.finish();
    expect(fake.attempts[before]).toMatchObject({ raw: '!urgent', at: start + 120_000 });
    expect(fake.attempts).toHaveLength(10);
  });

  it('holds up only the one delivery where the service fails', async () => {
    const later: Outcome = { ...SERVER_ERROR, notBefore: bench.clock.now() + 90_000 } as Outcome;
    const fake = new FakeDestination(2).script(later);
    const lane = bench.lane(fake);
    const start = bench.clock.now();
    bench.give(lane, 'a', 'b', 'c');
    await bench.finish();
    expect(fake.raws).toEqual(['a', 'b', 'c', 'a']);
    expect(fake.attempts[3]?.at).toBe(start + 90_000);
  });

  it('that is not one does no harm', async () => {
    const fake = new FakeDestination().script(
      { kind: 'retry', reason: 'rate_limited', notBefore: Number.NaN },
      { kind: 'retry', reason: 'rate_limited', notBefore: Number.POSITIVE_INFINITY },
    );
    const start = bench.clock.now();
    bench.give(bench.lane(fake), 'a', 'b');
    await bench.finish();
    expect(fake.attempts.map(({ raw, at }) => [raw, at - start])).toEqual([
      ['a', 0],
      ['a', 750],
      ['a', 2250],
      ['b', 2250],
    ]);
  });
});

describe('a rate limit', () => {
  const rateLimit = { count: 1, seconds: 10, burst: 2 };

  it('is kept to, and leaves what must wait in the outbox', async () => {
    const fake = new FakeDestination(4);
    const lane = bench.lane(fake, { settings: { rateLimit } });
    const start = bench.clock.now();
    bench.give(lane, ...numbers(5));
    await bench.clock.settle();
    expect(bench.states).toEqual(['delivered', 'delivered', 'pending', 'pending', 'pending']);
    await bench.finish();
    expect(fake.attempts.map(({ at }) => (at - start) / 1000)).toEqual([0, 0, 10, 20, 30]);
  });

  it('counts over a restart', async () => {
    const fake = new FakeDestination();
    bench.give(bench.lane(fake, { settings: { rateLimit } }), ...numbers(4));
    await bench.clock.advance(4000);
    bench.crash();
    bench.lane(fake, { settings: { rateLimit } }).wake();
    const again = bench.clock.now();
    await bench.finish();
    expect(fake.attempts.map(({ at }) => (at - again) / 1000)).toEqual([-4, -4, 6, 16]);
  });

  it('starts again when the service says that it was too much', async () => {
    const fake = new FakeDestination(2).script(DELIVERED, {
      kind: 'retry',
      reason: 'rate_limited',
    });
    const lane = bench.lane(fake, { settings: { rateLimit: { count: 1, seconds: 10, burst: 6 } } });
    const start = bench.clock.now();
    bench.give(lane, ...numbers(5));
    await bench.finish();
    const at = fake.attempts.map(({ at }) => (at - start) / 1000);
    expect(at.filter((seconds) => seconds === 0).length).toBeLessThan(5);
    expect(at.filter((seconds) => seconds > 0 && seconds < 10)).toEqual([]);
  });
});

describe('a parked integration', () => {
  it('keeps its queue, and is tried once in a quarter of an hour', async () => {
    const fake = new FakeDestination(4);
    fake.otherwise = GONE;
    const lane = bench.lane(fake, { id: 'slack' });
    const start = bench.clock.now();
    bench.give(lane, 'a');
    await bench.clock.settle();
    bench.give(lane, ...numbers(20));
    await bench.clock.advance(HOUR);
    expect(fake.raws).toEqual(Array(5).fill('a'));
    expect(fake.attempts.map(({ at }) => (at - start) / MINUTE)).toEqual([0, 15, 30, 45, 60]);
    expect(new Set(bench.states)).toEqual(new Set(['parked']));
    expect(bench.outbox.lane(lane.id)?.parking).toEqual({
      reason: 'auth',
      message: 'bad key',
      since: start,
    });
    const told = bench.log.with('parked');
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({
      level: 'error',
      fields: { integration: 'slack', cause: 'bad key' },
    });
  });

  it('gives back what it had leased', async () => {
    const fake = new FakeDestination();
    const lane = bench.lane(fake);
    bench.give(lane, ...numbers(40));
    await bench.finish();
    fake.otherwise = GONE;
    bench.give(lane, ...numbers(40));
    await bench.clock.settle();
    expect(bench.queue.stats()['lane-0']).toMatchObject({ leased: 0, parked: 40 });
  });

  it('runs again when a probe is accepted, with full concurrency', async () => {
    const fake = new FakeDestination(3).script(GONE, GONE);
    const lane = bench.lane(fake, { id: 'slack' });
    bench.give(lane, 'a');
    await bench.clock.settle();
    bench.give(lane, ...numbers(10));
    const gate = new Gate();
    await bench.clock.advance(15 * MINUTE);
    fake.script(gate.hang);
    fake.otherwise = gate.hang;
    await bench.clock.advance(15 * MINUTE);
    expect(fake.inFlight).toBe(1);
    gate.release();
    await bench.clock.settle();
    expect(fake.inFlight).toBe(3);
    expect(bench.outbox.lane(lane.id)?.parking).toBeUndefined();
    expect(bench.log.with('accepts deliveries again')).toHaveLength(1);
  });

  it('runs again when an alert is refused for itself, since the integration was let in', async () => {
    const fake = new FakeDestination().script(GONE, { kind: 'reject', reason: 'client_error' });
    const lane = bench.lane(fake);
    bench.give(lane, 'a', 'b', 'c');
    await bench.clock.advance(15 * MINUTE);
    expect(bench.states).toEqual(['dead', 'delivered', 'delivered']);
    expect(bench.outbox.lane(lane.id)?.parking).toBeUndefined();
  });

  it('stays parked, and its queue alive, while probes fail for other reasons', async () => {
    const fake = new FakeDestination().script(GONE);
    fake.otherwise = { kind: 'retry', reason: 'network' };
    const lane = bench.lane(fake);
    bench.give(lane, ...numbers(5));
    await bench.clock.advance(3 * HOUR);
    expect(fake.attempts).toHaveLength(13);
    expect(new Set(bench.states)).toEqual(new Set(['parked']));
  });

  it('runs again at once when an operator says so', async () => {
    const fake = new FakeDestination().script(GONE);
    const lane = bench.lane(fake);
    bench.give(lane, 'a', 'b');
    await bench.clock.advance(MINUTE);
    const record = () => bench.outbox.lane(lane.id) as never;
    lane.refresh(record());
    await bench.clock.settle();
    expect(fake.raws).toEqual(['a']);
    bench.queue.retry({ ids: [1] });
    lane.refresh(record());
    await bench.clock.settle();
    expect(fake.raws).toEqual(['a', 'a', 'b']);
    expect(bench.log.with('resumed by an operator')).toHaveLength(1);
  });

  it('stays parked over a restart, and is tried when its time has come', async () => {
    const fake = new FakeDestination().script(GONE);
    bench.give(bench.lane(fake), 'a', 'b');
    await bench.clock.advance(MINUTE);
    await bench.restart();
    const start = bench.clock.now();
    bench.lane(fake).wake();
    await bench.clock.settle();
    expect(bench.states).toEqual(['parked', 'parked']);
    await bench.finish();
    expect(fake.attempts[1]?.at).toBe(start + 14 * MINUTE - 1000);
  });

  it('does not count what it waited for: its alerts get all their retries', async () => {
    const fake = new FakeDestination();
    fake.otherwise = GONE;
    const lane = bench.lane(fake);
    bench.give(lane, 'a');
    await bench.clock.advance(30 * HOUR);
    fake.otherwise = DELIVERED;
    fake.script(SERVER_ERROR, SERVER_ERROR);
    bench.outbox.unpark(lane.id);
    lane.refresh(bench.outbox.lane(lane.id) as never);
    await bench.finish();
    expect(bench.states).toEqual(['delivered']);
  });
});

describe('a service that keeps failing', () => {
  it('is tried with one attempt at a time, less and less often, and nothing stays leased', async () => {
    const fake = new FakeDestination(4);
    fake.otherwise = SERVER_ERROR;
    const lane = bench.lane(fake, { id: 'slack' });
    bench.give(lane, ...numbers(100));
    await bench.clock.settle();
    const first = fake.attempts.length;
    expect(first).toBeLessThanOrEqual(8);
    expect(bench.queue.stats()['slack']?.leased).toBe(0);
    expect(bench.log.with('keeps failing')).toMatchObject([{ level: 'warn' }]);
    await bench.clock.advance(10 * MINUTE);
    // 1.5 + 3 + 6 + 12 + 24 s, and then one every 45 s.
    expect(fake.attempts.length - first).toBe(17);
    const gate = new Gate();
    fake.otherwise = gate.hang;
    await bench.clock.advance(10 * MINUTE);
    expect(fake.inFlight).toBe(1);
    expect(bench.queue.stats()['slack']?.leased).toBe(1);
  });

  it('gets everything at once when it is back, also what waits for a retry', async () => {
    const fake = new FakeDestination(4);
    fake.otherwise = SERVER_ERROR;
    const lane = bench.lane(fake);
    bench.give(lane, ...numbers(30));
    await bench.clock.advance(HOUR);
    const dues = bench.entries.map(({ nextAttemptAt = 0 }) => nextAttemptAt - bench.clock.now());
    expect(Math.max(...dues)).toBeGreaterThan(2 * MINUTE);
    fake.otherwise = DELIVERED;
    await bench.finish(MINUTE);
    expect(bench.states).toEqual(Array(30).fill('delivered'));
    expect(bench.log.with('works again')).toHaveLength(1);
    expect(bench.clock.timers).toBe(0);
  });

  it('does not keep alerts that it refuses from being told', async () => {
    const fake = new FakeDestination().script(...Array<Outcome>(5).fill(SERVER_ERROR));
    fake.otherwise = { kind: 'reject', reason: 'client_error' };
    bench.give(bench.lane(fake), ...numbers(10));
    await bench.finish(10 * MINUTE);
    expect(bench.states).toEqual(Array(10).fill('dead'));
  });
});

describe('a destination with a bug', () => {
  it.each<[string, () => never]>([
    [
      'an error',
      () => {
        throw new Error('cannot read hunter2-key');
      },
    ],
    [
      'something else',
      () => {
        throw 'hunter2-key'; // oxlint-disable-line no-throw-literal
      },
    ],
  ])('throws %s: the delivery is retried, and no secret shows', async (_name, script) => {
    bench.scrubber.learn(['hunter2-key']);
    const fake = new FakeDestination().script(script, async () => script());
    bench.give(bench.lane(fake), 'a');
    await bench.finish();
    expect(fake.raws).toEqual(['a', 'a', 'a']);
    const attempts = bench.queue.show(1)?.attemptLog;
    expect(attempts).toMatchObject([
      {
        outcome: 'retry',
        reason: 'internal',
        message: expect.stringMatching(/^internal error: .*\[redacted\]$/),
      },
      { reason: 'internal' },
      { outcome: 'delivered' },
    ]);
    expect(JSON.stringify([attempts, bench.log.lines])).not.toContain('hunter2');
  });
});

it('no secret gets into the outbox or the log, from messages and answers', async () => {
  bench.scrubber.learn(['hunter2-key']);
  const detail = { message: 'key hunter2-key?', excerpt: '{"key":"hunter2-key"}' };
  const fake = new FakeDestination().script(
    { kind: 'retry', reason: 'server_error', ...detail },
    { kind: 'park', reason: 'auth', ...detail },
  );
  fake.otherwise = { kind: 'reject', reason: 'client_error', ...detail };
  bench.give(bench.lane(fake), 'a');
  await bench.clock.advance(2 * MINUTE);
  expect(bench.queue.show(1)?.parked?.message).toBe('key [redacted]?');
  await bench.finish();
  const shown = bench.queue.show(1);
  expect(shown?.attemptLog.map(({ message }) => message)).toEqual(Array(3).fill('key [redacted]?'));
  expect(shown?.attemptLog[0]?.excerpt).toBe('{"key":"[redacted]"}');
  expect(JSON.stringify([bench.entries, shown, bench.log.lines])).not.toContain('hunter2');
});

describe('when the outbox fails', () => {
  const everything = { except: [] };

  it('a lane continues every second, and loses nothing', async () => {
    const fake = new FakeDestination(2);
    const lane = bench.lane(fake);
    bench.store(lane.id, ...numbers(5));
    bench.outboxFails = everything;
    lane.wake();
    await bench.clock.advance(30_000);
    expect(fake.raws).toEqual([]);
    bench.outboxFails = undefined;
    await bench.clock.advance(1000);
    expect(fake.raws).toEqual(numbers(5));
    expect(bench.states).toEqual(Array(5).fill('delivered'));
  });

  it('pauses also where it takes long to fail: a database that another process holds', async () => {
    const fake = new FakeDestination();
    const lane = bench.lane(fake);
    bench.store(lane.id, 'a');
    let failures = 0;
    const onFail = () => {
      failures += 1;
      bench.clock.jump(5000);
      if (failures === 10) bench.outboxFails = undefined; // or it would go on for ever
    };
    bench.outboxFails = { except: [], onFail };
    lane.wake();
    expect(failures).toBe(1);
    bench.outboxFails = undefined;
    await bench.finish();
    expect(fake.raws).toEqual(['a']);
  });

  it('also where it only cannot say what is due next', async () => {
    const fake = new FakeDestination(2).script(SERVER_ERROR);
    const lane = bench.lane(fake);
    bench.outboxFails = { except: ['lease', 'commit', 'release'] };
    bench.give(lane, 'a');
    await bench.clock.settle();
    expect(bench.clock.nextTimer).toBe(1000);
    await bench.finish();
    expect(fake.raws).toEqual(['a', 'a']);
  });

  it('results are kept until they can be stored, and no attempt is repeated for it', async () => {
    const gate = new Gate();
    const fake = new FakeDestination(2);
    fake.otherwise = gate.hang;
    const lane = bench.lane(fake);
    bench.give(lane, 'a', 'b');
    await bench.clock.settle();
    bench.outboxFails = everything;
    gate.release();
    gate.release();
    await bench.clock.advance(10_000);
    expect(bench.states).toEqual(['leased', 'leased']);
    bench.outboxFails = undefined;
    await bench.finish();
    expect(fake.raws).toEqual(['a', 'b']);
  });

  it('what cannot be given back is delivered after the pause', async () => {
    const fake = new FakeDestination();
    const lane = bench.lane(fake);
    bench.give(lane, ...numbers(20));
    await bench.finish();
    fake.script(DELIVERED, () => {
      bench.outboxFails = { except: ['commit', 'lease', 'nextDue'] };
      return busy(60, bench.clock.now());
    });
    bench.give(lane, ...numbers(20));
    await bench.clock.advance(30_000);
    expect(bench.queue.stats()['lane-0']?.leased).toBeGreaterThan(1);
    await bench.finish();
    expect(bench.states).toEqual(Array(40).fill('delivered'));
    expect(fake.attempts).toHaveLength(41);
  });
});

describe('an operator', () => {
  it('drops what a lane has leased but not begun: it is not delivered', async () => {
    const gate = new Gate();
    const fake = new FakeDestination();
    const lane = bench.lane(fake);
    bench.give(lane, ...numbers(20));
    await bench.finish();
    fake.script(DELIVERED, gate.hang);
    bench.give(lane, 'a', 'b', 'c', 'd');
    await bench.clock.settle();
    expect(bench.states.slice(-4)).toEqual(['delivered', 'leased', 'leased', 'leased']);
    bench.queue.drop({ ids: [22, 23] }, BY_TEST);
    lane.refresh(bench.outbox.lane(lane.id) as never);
    gate.release();
    await bench.finish();
    expect(fake.raws.slice(20)).toEqual(['a', 'b', 'd']);
  });

  it('retries what is dead: it is delivered without anything else happening', async () => {
    const fake = new FakeDestination().script({ kind: 'reject', reason: 'client_error' });
    const lane = bench.lane(fake);
    bench.give(lane, 'a');
    await bench.clock.settle();
    bench.queue.retry({ state: 'dead' });
    lane.refresh(bench.outbox.lane(lane.id) as never);
    await bench.clock.settle();
    expect(bench.states).toEqual(['delivered']);
  });
});

describe('stopping', () => {
  /** Stops a lane, and says when it has stopped. */
  function stop(lane: { stop(graceMs: number): Promise<void> }, graceMs: number) {
    const state = { stopped: false };
    void lane.stop(graceMs).then(() => {
      state.stopped = true;
    });
    return state;
  }

  it('an idle lane is done at once, and leaves no timer', async () => {
    const fake = new FakeDestination(2).script(SERVER_ERROR);
    const lane = bench.lane(fake);
    bench.give(lane, 'a');
    await bench.clock.settle();
    expect(bench.clock.timers).toBe(1);
    const state = stop(lane, 9000);
    await bench.clock.settle();
    expect([state.stopped, bench.clock.timers]).toEqual([true, 0]);
    lane.wake();
    await bench.clock.advance(HOUR);
    expect(fake.raws).toEqual(['a']);
  });

  it('lets what is in flight finish, begins nothing new, and gives the rest back', async () => {
    const gate = new Gate();
    const fake = new FakeDestination();
    const lane = bench.lane(fake);
    bench.give(lane, ...numbers(20));
    await bench.finish();
    fake.script(DELIVERED, gate.hang);
    bench.give(lane, 'a', 'b', 'c');
    await bench.clock.settle();
    const state = stop(lane, 9000);
    expect(bench.states.slice(-3)).toEqual(['delivered', 'leased', 'pending']);
    lane.wake();
    await bench.clock.advance(8999);
    expect(state.stopped).toBe(false);
    gate.release();
    await bench.clock.settle();
    expect(state.stopped).toBe(true);
    expect(bench.states.slice(-3)).toEqual(['delivered', 'delivered', 'pending']);
    expect(bench.clock.timers).toBe(0);
    expect(fake.raws.slice(20)).toEqual(['a', 'b']);
  });

  it('breaks off what does not finish within the grace, and hands it back unattempted', async () => {
    const gate = new Gate();
    const fake = new FakeDestination(2);
    fake.otherwise = gate.hangUntilAborted;
    const lane = bench.lane(fake);
    bench.give(lane, 'a', 'b', 'c');
    await bench.clock.settle();
    const state = stop(lane, 9000);
    await bench.clock.advance(8999);
    expect([state.stopped, fake.inFlight]).toEqual([false, 2]);
    await bench.clock.advance(1);
    expect(state.stopped).toBe(true);
    expect(bench.states).toEqual(Array(3).fill('pending'));
    expect(bench.entries.map(({ attempts }) => attempts)).toEqual([0, 0, 0]);
    expect(bench.clock.timers).toBe(0);
    expect(bench.log.with('cut short')).toMatchObject([
      { level: 'warn', fields: { integration: 'lane-0', count: 2 } },
    ]);
  });

  it('does not wait for a destination that does not heed the signal, nor for what it says later', async () => {
    const gate = new Gate();
    const fake = new FakeDestination();
    fake.otherwise = gate.hang;
    const lane = bench.lane(fake);
    bench.give(lane, 'a', 'b');
    await bench.clock.settle();
    const state = stop(lane, 9000);
    await bench.clock.advance(10_000);
    expect(state.stopped).toBe(true);
    expect(bench.states).toEqual(['pending', 'pending']);
    gate.release();
    await bench.clock.settle();
    expect(bench.states).toEqual(['pending', 'pending']);
    expect(bench.entries.map(({ attempts }) => attempts)).toEqual([0, 0]);
    expect([fake.raws, bench.clock.timers]).toEqual([['a'], 0]);
  });

  it('a late answer to what was handed back does not settle the attempt of the next lane', async () => {
    const late = new Gate();
    const fake = new FakeDestination();
    fake.otherwise = late.hang;
    const lane = bench.lane(fake);
    bench.give(lane, 'a');
    await bench.clock.settle();
    const state = stop(lane, 0);
    await bench.clock.advance(500);
    expect(state.stopped).toBe(true);
    const gate = new Gate();
    fake.otherwise = gate.hang;
    bench.lane(fake).wake();
    await bench.clock.settle();
    late.release();
    await bench.clock.settle();
    expect(bench.states).toEqual(['leased']);
    gate.release();
    await bench.clock.settle();
    expect(bench.states).toEqual(['delivered']);
  });

  it('keeps what was delivered in the very moment of breaking off', async () => {
    const fake = new FakeDestination();
    fake.otherwise = (_job, { signal }) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => resolve(DELIVERED));
      });
    const lane = bench.lane(fake);
    bench.give(lane, 'a');
    await bench.clock.settle();
    const state = stop(lane, 100);
    await bench.clock.advance(100);
    expect([state.stopped, bench.states]).toEqual([true, ['delivered']]);
  });

  it('ends also while nothing can be stored', async () => {
    const gate = new Gate();
    const fake = new FakeDestination(2);
    fake.otherwise = gate.hang;
    const lane = bench.lane(fake);
    bench.give(lane, 'a', 'b', 'c');
    await bench.clock.settle();
    gate.release();
    bench.outboxFails = { except: [] };
    const state = stop(lane, 2000);
    await bench.clock.advance(3000);
    expect(state.stopped).toBe(true);
    bench.outboxFails = undefined;
    bench.crash();
    expect(bench.states).toEqual(['pending', 'pending', 'pending']);
  });

  it('a result that waits to be stored is neither lost nor repeated when the outbox recovers', async () => {
    const gate = new Gate();
    const fake = new FakeDestination();
    fake.otherwise = gate.hang;
    const lane = bench.lane(fake);
    bench.give(lane, 'a');
    await bench.clock.settle();
    bench.outboxFails = { except: [] };
    gate.release();
    await bench.clock.settle();
    const state = stop(lane, 0);
    await bench.clock.advance(900);
    expect(state.stopped).toBe(true);
    expect(bench.log.with('cut short')).toMatchObject([{ fields: { count: 1 } }]);
    bench.outboxFails = undefined;
    await bench.clock.advance(1000);
    expect(bench.states).toEqual(['delivered']);
  });

  it('a lane that is on its way out does not park the integration, whose settings may be fixed', async () => {
    const gate = new Gate();
    const old = new FakeDestination();
    old.otherwise = gate.hang;
    const lane = bench.lane(old);
    bench.give(lane, 'a', 'b');
    await bench.clock.settle();
    void lane.stop(9000);
    const mended = new FakeDestination();
    const next = bench.lane(mended);
    next.wake();
    gate.release(GONE);
    await bench.clock.settle();
    expect(bench.outbox.lane(next.id)?.parking).toBeUndefined();
    next.wake();
    await bench.finish();
    expect(bench.states).toEqual(['delivered', 'delivered']);
  });
});

describe('a quota', () => {
  it('holds up the whole lane, costs no try, and loses nothing', async () => {
    let until = 0;
    const fake = new FakeDestination();
    fake.otherwise = () =>
      bench.clock.now() < until ? { kind: 'wait', reason: 'rate_limited', until } : DELIVERED;
    const lane = bench.lane(fake, { retries: 0 });
    until = bench.clock.now() + 60_000;
    bench.give(lane, 'a', 'b');
    await bench.clock.advance(59_000);
    expect(fake.attempts).toHaveLength(1);
    expect(bench.entries.map(({ state, attempts }) => [state, attempts])).toEqual([
      ['pending', 0],
      ['pending', 0],
    ]);
    await bench.clock.advance(1000);
    expect(bench.entries.map(({ state, attempts }) => [state, attempts])).toEqual([
      ['delivered', 1],
      ['delivered', 1],
    ]);
  });

  it('gives up what has waited for its turn for a day, so that a flood fills nothing', async () => {
    const fake = new FakeDestination();
    fake.otherwise = () => ({
      kind: 'wait',
      reason: 'rate_limited',
      until: bench.clock.now() + 30 * MINUTE,
    });
    const lane = bench.lane(fake);
    bench.give(lane, 'a', 'b');
    await bench.clock.advance(23 * HOUR);
    expect(bench.states).toEqual(['pending', 'pending']);
    bench.give(lane, 'c');
    await bench.clock.advance(2 * HOUR);
    expect(bench.states).toEqual(['dead', 'dead', 'pending']);
    expect(bench.entries[0]).toMatchObject({ reason: 'rate_limited', attempts: 0 });
    expect(bench.log.with('waited too long')).toMatchObject([{ fields: { count: 2 } }]);
  });

  it('stores what there is to tell the manager together with the result', async () => {
    const woken: number[] = [];
    bench.followUps = {
      of: (_integration, _destination, _alert, events) =>
        events.map(({ location }) => anAcceptedAlert(location, [1])),
      stored: (followUps) => woken.push(followUps.length),
    };
    const event = { location: 'virustotal', message: {} };
    const fake = new FakeDestination().script({ kind: 'delivered', events: [event] });
    const lane = bench.lane(fake);
    bench.give(lane, 'a');
    await bench.clock.settle();
    lane.wake();
    await bench.clock.settle();
    expect(fake.raws).toEqual(['a', 'virustotal']);
    expect(woken).toEqual([1, 0]);
  });
});

describe('a clock that jumps', () => {
  const failing = () => {
    const fake = new FakeDestination();
    fake.otherwise = SERVER_ERROR;
    return { fake, lane: bench.lane(fake, { retries: 0 }) };
  };

  it.each([-365 * 24 * HOUR, -2 * HOUR])('back by %d ms holds up no retry', async (jump) => {
    const { fake, lane } = failing();
    bench.give(lane, 'a');
    await bench.clock.settle();
    bench.clock.jump(jump);
    bench.outbox.clockJumped(jump);
    lane.clockJumped();
    fake.otherwise = DELIVERED;
    await bench.clock.advance(MINUTE);
    expect(bench.states).toEqual(['delivered']);
  });

  it('forward by a year gives nothing up', async () => {
    const { fake, lane } = failing();
    bench.give(lane, 'a');
    await bench.clock.settle();
    const jump = 365 * 24 * HOUR;
    bench.clock.jump(jump);
    bench.outbox.clockJumped(jump);
    lane.clockJumped();
    await bench.clock.advance(MINUTE);
    expect(fake.attempts.length).toBeGreaterThan(1);
    expect(bench.states).toEqual(['pending']);
    fake.otherwise = DELIVERED;
    await bench.clock.advance(HOUR);
    expect(bench.states).toEqual(['delivered']);
  });
});

describe('a long queue', () => {
  it('of 100,000 deliveries is parked and resumed at no cost, and none is lost', async () => {
    const fake = new FakeDestination(8);
    fake.otherwise = GONE;
    const lane = bench.lane(fake);
    bench.store(lane.id, ...numbers(100_000));
    lane.wake();
    await bench.clock.advance(10 * MINUTE);
    expect(fake.attempts.length).toBeLessThanOrEqual(8);
    expect(bench.queue.stats()['lane-0']).toMatchObject({ parked: 100_000, pending: 0 });
    fake.otherwise = DELIVERED;
    bench.outbox.unpark(lane.id);
    const record = bench.outbox.lane(lane.id);
    if (record === undefined) throw new Error('no lane');
    lane.refresh(record);
    await bench.clock.settle();
    expect(bench.queue.stats()['lane-0']).toMatchObject({ delivered: 100_000, parked: 0 });
    expect(new Set(fake.raws).size).toBe(100_000);
  }, 600_000);
});

describe("a service's own limit", () => {
  const SERVICE = { count: 1, seconds: 1, burst: 2 };
  const limited = (applies: boolean) =>
    Object.assign(new FakeDestination(), {
      rateLimit: () => (applies ? SERVICE : undefined),
    });

  it('is kept where it applies, also over a restart', async () => {
    const fake = limited(true);
    bench.give(bench.lane(fake), ...numbers(10));
    await bench.clock.settle();
    expect(fake.raws).toHaveLength(2);
    await bench.clock.advance(3000);
    expect(fake.raws).toHaveLength(5);
    await bench.restart();
    const again = limited(true);
    bench.lane(again).wake();
    await bench.clock.settle();
    // A new bucket would be full; stopping has taken about the time of one message.
    expect(again.raws.length).toBeLessThan(2);
    await bench.clock.advance(5000);
    expect([...fake.raws, ...again.raws]).toEqual(numbers(10));
  });

  it('is not where it does not apply, and gives way to a limit of the settings', async () => {
    const free = limited(false);
    bench.give(bench.lane(free), ...numbers(10));
    await bench.clock.settle();
    expect(free.raws).toHaveLength(10);
    const own = limited(true);
    const settings = { rateLimit: { count: 1, seconds: 60, burst: 4 } };
    bench.give(bench.lane(own, { id: 'own', settings }), ...numbers(10));
    await bench.clock.settle();
    expect(own.raws).toHaveLength(4);
  });
});

it('an ordered lane does not hold up the others for one that comes back much later', async () => {
  const later: Outcome = {
    kind: 'retry',
    reason: 'server_error',
    notBefore: bench.clock.now() + HOUR,
  };
  const fake = new FakeDestination().script(later);
  bench.give(bench.lane(fake, { retries: 3 }), ...numbers(3));
  await bench.clock.advance(MINUTE);
  expect(fake.raws).toEqual(['1', '2', '3']);
  await bench.clock.advance(HOUR);
  expect(bench.states).toEqual(['delivered', 'delivered', 'delivered']);
});
