import { expect, it } from 'vitest';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import { ChunkSizer } from './chunk-size.ts';

const MIB = 2 ** 20;

/** Lets the work on each piece take so many milliseconds; gives how much is read after each. */
async function after(
  pace: ChunkSizer,
  clock: FakeClock,
  ...milliseconds: number[]
): Promise<number[]> {
  const sizes: number[] = [];
  for (const took of milliseconds) {
    pace.begin();
    await clock.advance(took);
    pace.end();
    sizes.push(pace.bytes / MIB);
  }
  return sizes;
}

it('reads more at a time while the work on it takes little time, up to a bound', async () => {
  const clock = new FakeClock();
  const pace = new ChunkSizer(clock, 16 * MIB);
  expect(pace.bytes).toBe(MIB);
  expect(await after(pace, clock, 10, 5, 0, 1, 2)).toEqual([1, 2, 4, 4, 4]);
});

it('reads less at a time when the work on it takes long, and little when nothing waits', async () => {
  const clock = new FakeClock();
  const pace = new ChunkSizer(clock, 16 * MIB);
  await after(pace, clock, 0, 0);
  expect(await after(pace, clock, 20, 21, 500, 500)).toEqual([4, 2, 1, 1]);
  await after(pace, clock, 0, 0);
  pace.rest();
  expect(pace.bytes).toBe(MIB);
});

it('does not count the time in which there was nothing to work on', async () => {
  const clock = new FakeClock();
  const pace = new ChunkSizer(clock, 16 * MIB);
  await after(pace, clock, 0, 0);
  await clock.advance(1000);
  pace.end();
  expect(pace.bytes).toBe(4 * MIB);
});

it('never reads more at a time than a line may be long', async () => {
  const clock = new FakeClock();
  const pace = new ChunkSizer(clock, 1000);
  expect(pace.bytes).toBe(1000);
  pace.rest();
  await after(pace, clock, 0, 0);
  expect(pace.bytes).toBe(1000);
});
