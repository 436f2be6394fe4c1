import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { FakeClock } from '../../test/support/fake-clock.ts';
import type { Clock } from '../core/clock.ts';
import { Shares } from './shares.ts';

const POOL = 1_000_000;

/** Shares of so many lanes, numbered from 0. */
function sharesOf(lanes: number, waiting = new Map<number, number>()) {
  const clock = new FakeClock();
  const parts = { waitingBytes: () => waiting, poolBytes: () => POOL, clock };
  const shares = new Shares(parts);
  shares.lanes = new Set(Array.from({ length: lanes }, (_, i) => i));
  return { shares, clock, parts };
}

it('a lane that delivers nothing leaves more than half of a share to every other', () => {
  const { shares } = sharesOf(4);
  let stored = 0;
  while (shares.take(0, 1000)) stored += 1000;
  expect(stored).toBeGreaterThan(POOL / 4);
  expect(stored).toBeLessThanOrEqual(POOL / 2 + 1000);
  for (const lane of [1, 2, 3]) {
    let own = 0;
    while (shares.take(lane, 1000)) own += 1000;
    expect(own).toBeGreaterThanOrEqual(POOL / 8);
  }
});

it('a lane alone may use all of the pool', () => {
  const { shares } = sharesOf(1);
  let stored = 0;
  while (shares.take(0, 1000)) stored += 1000;
  expect(stored).toBe(POOL);
});

it('a lane that has nothing waiting takes an alert of any size', () => {
  const { shares } = sharesOf(10);
  expect(shares.take(3, 2 * POOL)).toBe(true);
  expect(shares.take(3, 1)).toBe(false);
  expect(shares.take(4, 2 * POOL)).toBe(true);
});

it('what was delivered is noticed within a quarter of a second', async () => {
  const waiting = new Map([[0, POOL]]);
  const { shares, clock } = sharesOf(2, waiting);
  expect(shares.take(0, 1)).toBe(false);
  expect(shares.hasRoom(0)).toBe(false);
  waiting.set(0, 10);
  await clock.advance(250);
  expect(shares.hasRoom(0)).toBe(true);
  expect(shares.take(0, 1)).toBe(true);
});

it('goes on with what it knows while the outbox cannot be read', async () => {
  const clock = new FakeClock();
  let fails = false;
  const shares = new Shares({
    clock,
    poolBytes: () => POOL,
    waitingBytes: () => {
      if (fails) throw new Error('database or disk is full');
      return new Map([[0, POOL / 2]]);
    },
  });
  shares.lanes = new Set([0]);
  expect(shares.take(0, POOL / 4)).toBe(true);
  fails = true;
  await clock.advance(1000);
  expect(shares.take(0, POOL / 2)).toBe(false);
});

it('of a lane that has no share any more, everything counts as borrowed', () => {
  const { shares } = sharesOf(2, new Map([[7, POOL]]));
  for (const lane of [0, 1]) {
    let own = 0;
    while (shares.take(lane, 1000)) own += 1000;
    expect(own).toBe(POOL / 4);
  }
});

it('however lanes take and free, all stay within the pool, and each has room for half a share', () => {
  const size = fc.integer({ min: 1, max: 5000 });
  const action = fc.record({ lane: fc.nat(), size, times: fc.integer({ min: 1, max: 400 }) });
  const freed = fc.record({ lane: fc.nat(), part: fc.double({ min: 0, max: 1, noNaN: true }) });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 12 }),
      fc.array(fc.oneof(action, freed), { maxLength: 60 }),
      (lanes, steps) => {
        const waiting = new Map<number, number>();
        const { parts } = sharesOf(lanes, waiting);
        const shares = new Shares({ ...parts, clock: ticking() });
        shares.lanes = new Set(Array.from({ length: lanes }, (_, i) => i));
        for (const step of steps) {
          const lane = step.lane % lanes;
          const had = waiting.get(lane) ?? 0;
          if ('part' in step) {
            waiting.set(lane, Math.floor(had * step.part));
            continue;
          }
          for (let i = 0; i < step.times; i += 1) {
            const now = waiting.get(lane) ?? 0;
            const isTaken = shares.take(lane, step.size);
            if (isTaken) waiting.set(lane, now + step.size);
            expect(isTaken || now + step.size > POOL / lanes / 2).toBe(true);
          }
        }
        const total = [...waiting.values()].reduce((sum, bytes) => sum + bytes, 0);
        expect(total).toBeLessThanOrEqual(POOL * (1 + 1 / 16) + 5000 * lanes);
      },
    ),
  );
});

/** A clock on which what is known is never fresh. */
function ticking(): Clock {
  let now = 0;
  return Object.assign(new FakeClock(), { monotonic: () => (now += 1000) });
}
