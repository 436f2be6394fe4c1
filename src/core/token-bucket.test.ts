import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RateLimit } from './integration.ts';
import { type BucketState, TokenBucket } from './token-bucket.ts';

const START = Date.UTC(2026, 7, 20);
/** One message per second, three at once. */
const LIMIT: RateLimit = { count: 60, seconds: 60, burst: 3 };

/** Takes whatever may go, and says how much that was. */
function takeAll(bucket: TokenBucket, now: number): number {
  let taken = 0;
  while (bucket.waitFor(now) === 0) {
    bucket.take(now);
    taken += 1;
  }
  return taken;
}

describe('a token bucket', () => {
  it('is full at first, and fills up to its burst and no further', () => {
    const bucket = new TokenBucket(LIMIT, START);
    expect(takeAll(bucket, START)).toBe(3);
    expect(takeAll(bucket, START + 999)).toBe(0);
    expect(takeAll(bucket, START + 1000)).toBe(1);
    expect(takeAll(bucket, START + 3_600_000)).toBe(3);
  });

  it('says how long to wait', () => {
    const bucket = new TokenBucket(LIMIT, START);
    expect(bucket.waitFor(START)).toBe(0);
    takeAll(bucket, START);
    expect(bucket.waitFor(START)).toBe(1000);
    expect(bucket.waitFor(START + 400)).toBe(600);
    expect(bucket.waitFor(START + 1000)).toBe(0);
  });

  it('is empty after it was drained, and never better off for it', () => {
    const bucket = new TokenBucket(LIMIT, START);
    bucket.drain(START);
    expect(bucket.waitFor(START)).toBe(1000);
    takeAll(bucket, START + 1000);
    bucket.take(START + 1000); // one more than it had
    bucket.drain(START + 1000);
    expect(bucket.waitFor(START + 1000)).toBe(2000);
  });

  it('survives a restart', () => {
    const before = new TokenBucket(LIMIT, START);
    before.take(START);
    before.take(START);
    const after = new TokenBucket(LIMIT, START + 10, before.state);
    expect(after.available(START + 10)).toBe(1);
    expect(new TokenBucket(LIMIT, START + 60_000, before.state).available(START + 60_000)).toBe(3);
  });

  it('holds no more than a burst that was made smaller', () => {
    const state: BucketState = { tokens: 100, at: START };
    expect(new TokenBucket(LIMIT, START, state).available(START)).toBe(3);
  });

  it('continues filling when the clock is set back, and gains nothing by it', () => {
    const bucket = new TokenBucket(LIMIT, START);
    takeAll(bucket, START);
    const earlier = START - 3_600_000;
    expect(bucket.available(earlier)).toBe(0);
    expect(bucket.waitFor(earlier)).toBe(1000);
    expect(takeAll(bucket, earlier + 1000)).toBe(1);
  });

  it('works with a state from the future', () => {
    const state: BucketState = { tokens: 0, at: START + 86_400_000 };
    const bucket = new TokenBucket(LIMIT, START, state);
    expect(bucket.available(START)).toBe(0);
    expect(bucket.available(START + 1000)).toBe(1);
  });
});

describe('for any use', () => {
  /** Limits whose tokens take a whole number of milliseconds, so that the model is exact. */
  const limits = fc
    .record({
      perToken: fc.integer({ min: 1, max: 90_000 }),
      burst: fc.integer({ min: 1, max: 50 }),
    })
    .map(({ perToken, burst }) => ({ perToken, burst, count: 1000, seconds: perToken }));
  type Step =
    | { readonly kind: 'pass'; readonly ms: number }
    | { readonly kind: 'jump'; readonly ms: number }
    | { readonly kind: 'take' | 'drain' | 'restart' | 'look' };
  const step: fc.Arbitrary<Step> = fc.oneof(
    fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 200_000 }) }),
    fc.record({ kind: fc.constant('jump' as const), ms: fc.integer({ min: -4e6, max: -1 }) }),
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('take' as const) }) },
    fc.record({ kind: fc.constantFrom('drain' as const, 'restart' as const, 'look' as const) }),
  );

  it('does as a model that counts in milliseconds', () => {
    fc.assert(
      fc.property(limits, fc.array(step, { maxLength: 60 }), (limit, steps) => {
        const full = limit.burst * limit.perToken;
        let now = START;
        let bucket = new TokenBucket(limit, now);
        let filled = full;
        for (const action of steps) {
          switch (action.kind) {
            case 'pass':
              now += action.ms;
              filled = Math.min(full, filled + action.ms);
              break;
            case 'jump':
              now += action.ms;
              break;
            case 'take':
              if (bucket.available(now) > 0) {
                bucket.take(now);
                filled -= limit.perToken;
              }
              break;
            case 'drain':
              bucket.drain(now);
              filled = Math.min(filled, 0);
              break;
            case 'restart':
              bucket.available(now);
              bucket = new TokenBucket(limit, now, JSON.parse(JSON.stringify(bucket.state)));
              break;
            case 'look':
              break;
          }
          expect(bucket.available(now)).toBe(Math.max(0, Math.floor(filled / limit.perToken)));
          // Rounding may cost a millisecond, but never comes too early.
          const wait = Math.max(0, limit.perToken - filled);
          expect([wait, wait && wait + 1]).toContain(bucket.waitFor(now));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('waiting as long as it says is always enough, and it never lets more through than its limit', () => {
    const anyLimit = fc.record({
      count: fc.integer({ min: 1, max: 1000 }),
      seconds: fc.integer({ min: 1, max: 86_400 }),
      burst: fc.integer({ min: 1, max: 1000 }),
    });
    fc.assert(
      fc.property(anyLimit, fc.array(fc.nat({ max: 5000 }), { maxLength: 50 }), (limit, pauses) => {
        const bucket = new TokenBucket(limit, START);
        let now = START;
        let taken = takeAll(bucket, now);
        for (const pause of pauses) {
          now += pause;
          now += bucket.waitFor(now);
          expect(bucket.available(now)).toBeGreaterThanOrEqual(1);
          taken += takeAll(bucket, now);
        }
        const allowed = limit.burst + ((now - START) / 1000 / limit.seconds) * limit.count;
        expect(taken).toBeLessThanOrEqual(allowed + 1e-6);
      }),
      { numRuns: 300 },
    );
  });
});
