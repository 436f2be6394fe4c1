import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { FAILURE_REASONS, type FailureReason, type Outcome } from '../core/outcome.ts';
import { Breaker } from './breaker.ts';

const failure = (reason: FailureReason = 'server_error'): Outcome => ({ kind: 'retry', reason });
const DELIVERED: Outcome = { kind: 'delivered' };

let clock: FakeClock;
let breaker: Breaker;
beforeEach(() => {
  clock = new FakeClock();
  clock.randomSource = () => 0.999_999_999;
  breaker = new Breaker(clock);
});

/** Milliseconds until the next attempt may begin. */
const pause = () => Math.round(breaker.openUntil - clock.now());

const record = (outcome: Outcome, times: number) =>
  Array.from({ length: times }, () => breaker.record(outcome));

describe('the breaker', () => {
  it('opens at the fifth failure in a row', () => {
    expect(record(failure(), 4)).toEqual([undefined, undefined, undefined, undefined]);
    expect([breaker.isClosed, breaker.openUntil]).toEqual([true, 0]);
    expect(breaker.record(failure())).toBe('opened');
    expect([breaker.isClosed, pause()]).toEqual([false, 2000]);
  });

  it('counts failures in a row only', () => {
    record(failure(), 4);
    expect(breaker.record(DELIVERED)).toBeUndefined();
    record(failure(), 4);
    expect(breaker.record({ kind: 'reject', reason: 'client_error' })).toBeUndefined();
    record(failure(), 4);
    expect(breaker.isClosed).toBe(true);
  });

  it('waits longer after every probe that fails, up to a minute', async () => {
    record(failure(), 5);
    const pauses: number[] = [];
    for (let i = 0; i < 14; i += 1) {
      pauses.push(pause());
      await clock.advance(breaker.openUntil - clock.now());
      expect(breaker.record(failure())).toBeUndefined();
    }
    expect(pauses.slice(0, 6)).toEqual([2000, 4000, 8000, 16_000, 32_000, 60_000]);
    expect(new Set(pauses.slice(6))).toEqual(new Set([60_000]));
  });

  it('spreads its pauses, so that many daemons do not probe together', () => {
    clock.randomSource = () => 0;
    record(failure(), 5);
    expect(pause()).toBe(1000);
  });

  it('does not take attempts that were under way for probes', () => {
    record(failure(), 5);
    record(failure(), 20);
    expect(pause()).toBe(2000);
  });

  it.each<Outcome>([DELIVERED, { kind: 'reject', reason: 'client_error' }])(
    'closes when the service answers: $kind',
    async (outcome) => {
      record(failure(), 5);
      await clock.advance(2000);
      expect(breaker.record(outcome)).toBe('closed');
      expect([breaker.isClosed, breaker.openUntil]).toEqual([true, 0]);
      expect(record(failure(), 5)).toEqual([undefined, undefined, undefined, undefined, 'opened']);
      expect(pause()).toBe(2000);
    },
  );

  it('forgets its failures when the integration is parked, without a word', () => {
    record(failure(), 5);
    expect(breaker.record({ kind: 'park', reason: 'auth' })).toBeUndefined();
    expect(breaker.isClosed).toBe(true);
  });

  it.each(FAILURE_REASONS)('tells whether %s is a failure of the service', (reason) => {
    record(failure(reason), 20);
    const ofService = ['timeout', 'network', 'rate_limited', 'server_error'];
    expect(breaker.isClosed).toBe(!ofService.includes(reason));
  });

  it('does not count what has quick retries only: a script that fails says nothing of others', () => {
    record({ kind: 'retry', reason: 'timeout', quickOnly: true }, 20);
    expect(breaker.isClosed).toBe(true);
  });
});
