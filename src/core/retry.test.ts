import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RetrySchedule } from './integration.ts';
import { FAILURE_REASONS, type Outcome } from './outcome.ts';
import { DEFAULT_RETRY, isQuick, nextState, type RetryHistory } from './retry.ts';

const NOW = Date.UTC(2026, 7, 20);
const HOUR = 3_600_000;
const RETRY: Outcome = { kind: 'retry', reason: 'server_error' };

const history = (changes: Partial<RetryHistory> = {}): RetryHistory => ({
  tries: 1,
  firstAttemptAt: NOW,
  retries: 3,
  schedule: DEFAULT_RETRY,
  ...changes,
});

/** Milliseconds until the next attempt, or why there is none. */
function delayOf(outcome: Outcome, past: RetryHistory, random = 0.5, now = NOW): number | 'dead' {
  const next = nextState(outcome, past, now, () => random);
  if (next.state === 'delivered') throw new Error('delivered?');
  return next.state === 'dead' ? 'dead' : next.notBefore - now;
}

describe('an outcome that is final', () => {
  it('delivered', () => {
    const next = nextState({ kind: 'delivered' }, history({ tries: 99 }), NOW, () => 0);
    expect(next).toEqual({ state: 'delivered' });
  });

  it('rejected is dead at once, with its reason', () => {
    const next = nextState({ kind: 'reject', reason: 'rejected' }, history(), NOW, () => 0);
    expect(next).toEqual({ state: 'dead', reason: 'rejected' });
  });
});

it('parked waits in its lane, however long it has been tried', () => {
  const past = history({ tries: 99, firstAttemptAt: NOW - 100 * HOUR });
  const next = nextState({ kind: 'park', reason: 'auth' }, past, NOW, () => 0);
  expect(next).toEqual({ state: 'pending', notBefore: 0, reason: 'auth' });
});

describe('the schedule', () => {
  it('begins with the quick retries and continues with the long ones', () => {
    const longest = Array.from({ length: 14 }, (_, i) => {
      return delayOf(RETRY, history({ tries: i + 1 }), 0.999_999_999);
    });
    expect(longest).toEqual([
      1000, 2000, 4000, 5000, 10_000, 20_000, 40_000, 80_000, 160_000, 320_000, 640_000, 900_000,
      900_000, 900_000,
    ]);
    const shortest = Array.from({ length: 6 }, (_, i) =>
      delayOf(RETRY, history({ tries: i + 1 }), 0),
    );
    expect(shortest).toEqual([500, 1000, 2000, 1000, 1000, 1000]);
  });

  it('has no quick retries where none are allowed', () => {
    expect(delayOf(RETRY, history({ retries: 0 }), 0.999_999_999)).toBe(5000);
  });

  it('caps the quick retries', () => {
    expect(delayOf(RETRY, history({ retries: 50, tries: 50 }), 0.999_999_999)).toBe(5000);
  });

  it('ends after the quick retries where that is all there is', () => {
    const quickOnly: Outcome = { ...RETRY, quickOnly: true };
    expect(delayOf(quickOnly, history({ tries: 3 }))).toBe(3000);
    expect(delayOf(quickOnly, history({ tries: 4 }))).toBe('dead');
    expect(delayOf(quickOnly, history({ tries: 1, retries: 0 }))).toBe('dead');
  });

  it('ends when the give-up time has passed since the first attempt', () => {
    const past = history({ tries: 40, firstAttemptAt: NOW - 24 * HOUR + 1 });
    expect(delayOf(RETRY, past)).toBe(450_000);
    expect(nextState(RETRY, { ...past, firstAttemptAt: NOW - 24 * HOUR }, NOW, () => 0)).toEqual({
      state: 'dead',
      reason: 'server_error',
    });
  });

  it('does not give up because the clock was set back', () => {
    expect(delayOf(RETRY, history({ firstAttemptAt: NOW + 100 * HOUR }))).toBe(750);
  });

  it('follows the settings', () => {
    const schedule: RetrySchedule = { firstSeconds: 60, longestSeconds: 90, giveUpHours: 0.5 };
    const past = history({ retries: 0, schedule });
    expect(delayOf(RETRY, past, 0.999_999_999)).toBe(60_000);
    expect(delayOf(RETRY, { ...past, tries: 2 }, 0.999_999_999)).toBe(90_000);
    expect(delayOf(RETRY, { ...past, firstAttemptAt: NOW - HOUR / 2 })).toBe('dead');
  });
});

describe('a time that the service named', () => {
  it('is obeyed when it is later, and does not hasten anything', () => {
    const after = (ms: number): Outcome => ({ ...RETRY, notBefore: NOW + ms });
    expect(delayOf(after(60_000), history())).toBe(60_000);
    expect(delayOf(after(10), history())).toBe(750);
    expect(delayOf(after(-60_000), history())).toBe(750);
  });

  it('does not prolong the life of a delivery', () => {
    const outcome: Outcome = { ...RETRY, notBefore: NOW + HOUR };
    expect(delayOf(outcome, history({ firstAttemptAt: NOW - 24 * HOUR }))).toBe('dead');
  });
});

describe('for any history', () => {
  const schedule = fc.record({
    firstSeconds: fc.integer({ min: 1, max: 3600 }),
    longestSeconds: fc.integer({ min: 1, max: 86_400 }),
    giveUpHours: fc.integer({ min: 1, max: 1000 }),
  });
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  const reason = fc.constantFrom(...FAILURE_REASONS);
  const tries = fc.integer({ min: 1, max: 100_000 });
  const retries = fc.integer({ min: 0, max: 100 });

  it('a delay is at least half a second, and at most what the schedule allows', () => {
    fc.assert(
      fc.property(schedule, random, tries, retries, (schedule, random, tries, retries) => {
        const past = history({ schedule, tries, retries });
        const delay = delayOf(RETRY, past, random);
        const cap = isQuick(past) ? 5000 : Math.max(1000, schedule.longestSeconds * 1000);
        expect(delay).toBeGreaterThanOrEqual(500);
        expect(delay).toBeLessThanOrEqual(cap);
        expect(Number.isInteger(delay)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('the delays do not shrink from one try to the next, within the quick and within the long ones', () => {
    fc.assert(
      fc.property(schedule, random, tries, retries, (schedule, random, tries, retries) => {
        const now = history({ schedule, tries, retries });
        const later = history({ schedule, tries: tries + 1, retries });
        fc.pre(isQuick(now) === isQuick(later));
        expect(delayOf(RETRY, later, random)).toBeGreaterThanOrEqual(
          delayOf(RETRY, now, random) as number,
        );
      }),
      { numRuns: 500 },
    );
  });

  it('the reason is kept, and the time of the service is obeyed or the delivery is dead', () => {
    fc.assert(
      fc.property(
        reason,
        tries,
        fc.nat({ max: 1e10 }),
        fc.boolean(),
        (reason, tries, ms, quickOnly) => {
          const outcome: Outcome = { kind: 'retry', reason, notBefore: NOW + ms, quickOnly };
          const next = nextState(outcome, history({ tries }), NOW, () => 0.5);
          const isQuickOver = quickOnly && tries > 3;
          expect(next).toMatchObject({ state: isQuickOver ? 'dead' : 'pending', reason });
          const at = next.state === 'pending' ? next.notBefore : Number.POSITIVE_INFINITY;
          expect(at).toBeGreaterThanOrEqual(NOW + ms);
        },
      ),
    );
  });

  it('failing forever ends with a dead letter, soon after the give-up time', () => {
    fc.assert(
      fc.property(schedule, retries, fc.integer({ min: 0, max: 20 }), (schedule, retries, seed) => {
        // A cap on the steps of this test: very short delays over weeks would be millions.
        fc.pre((schedule.giveUpHours * 3600) / schedule.longestSeconds < 3000);
        let now = NOW;
        for (let tries = 1; ; tries += 1) {
          const random = ((tries * 7 + seed) % 10) / 10;
          const delay = delayOf(RETRY, history({ schedule, retries, tries }), random, now);
          if (delay === 'dead') break;
          now += delay;
        }
        const lived = now - NOW;
        expect(lived).toBeGreaterThanOrEqual(schedule.giveUpHours * HOUR);
        const longest = Math.max(5, schedule.longestSeconds) * 1000;
        expect(lived).toBeLessThanOrEqual(schedule.giveUpHours * HOUR + longest);
      }),
      { numRuns: 30 },
    );
  });
});
