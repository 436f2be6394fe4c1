import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { DELIVERED, GONE, SERVER_ERROR } from '../../test/support/fake-destination.ts';
import { RecordingLog } from '../../test/support/recording-log.ts';
import type { Outbox, Parking } from '../core/outbox.ts';
import type { Outcome } from '../core/outcome.ts';
import { LaneHealth } from './lane-health.ts';
import { OutboxGuard } from './outbox-guard.ts';

const MINUTE = 60_000;
const PROBE = 15 * MINUTE;
const REJECTED: Outcome = { kind: 'reject', reason: 'rejected' };
/** What a script says, which shows that it can run. */
const NOTHING_FOUND: Outcome = { kind: 'retry', reason: 'rejected', quickOnly: true };
const LANE = 7;

let clock: FakeClock;
let log: RecordingLog;
/** What was asked of the outbox. */
let calls: unknown[][];
let recovered: number;
let waiting: number;
beforeEach(() => {
  clock = new FakeClock();
  log = new RecordingLog();
  calls = [];
  recovered = 0;
  waiting = 0;
});

function healthOf(parking?: Parking): LaneHealth {
  const outbox = {
    park: (...values: unknown[]) => calls.push(['park', ...values]),
    unpark: (...values: unknown[]) => calls.push(['unpark', ...values]),
    expedite: (...values: unknown[]) => calls.push(['expedite', ...values]),
    waiting: () => ({ count: waiting, oldestReadAt: waiting === 0 ? undefined : 1_000 }),
  } as unknown as Outbox;
  return new LaneHealth({
    record: { id: LANE, parking, bucket: undefined },
    integration: 'slack',
    outbox: new OutboxGuard(outbox, log, 'slack'),
    clock,
    log,
    onRecovered: () => (recovered += 1),
  });
}

const parkingAt = (since: number): Parking => ({ reason: 'auth', message: 'bad key', since });
const messages = () => log.lines.map(({ level, message }) => `${level} ${message}`);

describe('a service that fails', () => {
  it('is told of once, with the cause, and tried one attempt at a time', () => {
    const health = healthOf();
    for (let count = 0; count < 4; count += 1) health.learn(SERVER_ERROR);
    expect([health.isProbing, health.pausedUntil, messages()]).toEqual([false, 0, []]);
    health.learn({ ...SERVER_ERROR, message: 'HTTP 503' });
    expect(health.isProbing).toBe(true);
    expect(health.pausedUntil).toBeGreaterThan(clock.now());
    expect(log.lines).toMatchObject([
      { level: 'warn', fields: { integration: 'slack', cause: 'HTTP 503' } },
    ]);
    health.learn(SERVER_ERROR);
    expect(messages()).toEqual(['warn service keeps failing; deliveries slow down']);
    expect([recovered, calls]).toEqual([0, []]);
  });

  it('gets everything at once when it is back', () => {
    const health = healthOf();
    for (let count = 0; count < 5; count += 1) health.learn(SERVER_ERROR);
    health.learn(DELIVERED);
    expect([health.isProbing, health.pausedUntil]).toEqual([false, 0]);
    expect([recovered, calls]).toEqual([1, [['expedite', LANE]]]);
    expect(messages().at(-1)).toBe('info service works again');
    expect(log.lines[0]?.fields).not.toHaveProperty('cause');
    expect(log.lines[1]?.fields).toEqual({ integration: 'slack' });
    health.learn(DELIVERED);
    expect(recovered).toBe(1);
  });

  it('is left alone until the time that it names, when it was asked too often', () => {
    const health = healthOf();
    const busy = { kind: 'retry', reason: 'rate_limited' } as const;
    health.learn(busy);
    expect(health.pausedUntil).toBe(0);
    const notBefore = clock.now() + MINUTE;
    health.learn({ ...busy, notBefore });
    health.learn({ ...busy, notBefore: notBefore - 1 });
    expect(health.pausedUntil).toBe(notBefore);
    health.learn({ ...SERVER_ERROR, notBefore: notBefore + MINUTE } as Outcome);
    expect(health.pausedUntil).toBe(notBefore);
  });
});

describe('a parked integration', () => {
  it('is stored and told of once, and tried every quarter of an hour', async () => {
    const health = healthOf();
    const start = clock.now();
    health.learn(GONE);
    expect([health.isProbing, health.pausedUntil]).toEqual([true, start + PROBE]);
    expect(calls).toEqual([['park', LANE, parkingAt(start)]]);
    expect(log.lines).toMatchObject([
      { level: 'error', fields: { integration: 'slack', reason: 'auth', cause: 'bad key' } },
    ]);
    expect(log.lines[0]?.fields['hint']).toContain('integratord queue retry');
    await clock.advance(PROBE);
    health.learn(GONE);
    expect(health.pausedUntil).toBe(start + 2 * PROBE);
    expect([calls.length, log.lines.length]).toEqual([1, 1]);
  });

  it.each([DELIVERED, REJECTED, NOTHING_FOUND])(
    'runs again when a probe gets through: %j',
    (outcome) => {
      const health = healthOf(parkingAt(clock.now()));
      health.learn(outcome);
      expect([health.isProbing, health.pausedUntil]).toEqual([false, 0]);
      expect([recovered, calls]).toEqual([1, [['unpark', LANE]]]);
      expect(log.lines).toMatchObject([
        { message: 'service accepts deliveries again', fields: { integration: 'slack' } },
      ]);
      health.learn(outcome);
      expect(calls).toHaveLength(1);
    },
  );

  it('tells how many alerts wait, and how to drop them, when it runs again', () => {
    waiting = 3;
    healthOf(parkingAt(clock.now())).learn(DELIVERED);
    expect(log.lines[0]?.fields).toEqual({
      integration: 'slack',
      waiting: 3,
      oldest: '1970-01-01T00:00:01.000Z',
      hint: expect.stringContaining('queue drop --integration slack --in pending --older-than 1h'),
    });
  });

  it('tries at once when someone may have fixed it', () => {
    const health = healthOf(parkingAt(clock.now()));
    health.probe();
    expect([health.isProbing, health.pausedUntil]).toEqual([true, 0]);
    const other = healthOf();
    other.pause(2000, 'retry');
    other.probe();
    expect(other.pausedUntil).toBe(2000);
  });

  it('waits for the next probe when one fails for another reason', async () => {
    const health = healthOf(parkingAt(clock.now()));
    await clock.advance(PROBE);
    health.learn(SERVER_ERROR);
    expect([health.isProbing, health.pausedUntil]).toEqual([true, clock.now() + PROBE]);
    expect([recovered, calls, log.lines]).toEqual([0, [], []]);
  });

  it('stays parked over a restart, until a quarter of an hour after it was parked', () => {
    const since = clock.now() - MINUTE;
    const health = healthOf(parkingAt(since));
    expect([health.isProbing, health.pausedUntil]).toEqual([true, since + PROBE]);
  });

  it('is resumed when an operator has unparked it, and only then', () => {
    const parking = parkingAt(clock.now());
    const health = healthOf(parking);
    health.refresh({ id: LANE, parking, bucket: undefined });
    expect([health.isProbing, recovered]).toEqual([true, 0]);
    const unparked = { id: LANE, parking: undefined, bucket: undefined };
    health.refresh(unparked);
    health.refresh(unparked);
    expect([health.isProbing, health.pausedUntil, recovered]).toEqual([false, 0, 1]);
    expect(messages()).toEqual(['info resumed by an operator']);
    // It is stored already.
    expect(calls).toEqual([]);
  });
});

describe('a pause', () => {
  it('lasts until the latest time that was asked for', () => {
    const health = healthOf();
    health.pause(2000, 'retry');
    health.pause(1000, 'retry');
    expect(health.pausedUntil).toBe(2000);
  });

  it('ends when the clock is set, also that of a service that fails', () => {
    const health = healthOf();
    for (let count = 0; count < 5; count += 1) health.learn(SERVER_ERROR);
    health.pause(clock.now() + MINUTE, 'retry');
    health.clockJumped();
    expect(health.pausedUntil).toBe(0);
    expect(health.isProbing).toBe(true);
  });
});
