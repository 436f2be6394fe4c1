import { expect, it } from 'vitest';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { FailurePace } from './failure-pace.ts';

it('lets a few go at once, and then a hundred a second', () => {
  const pace = new FailurePace(new FakeClock());
  const waits = Array.from({ length: 250 }, () => pace.reserve());
  expect(waits.slice(0, 51).every((wait) => wait === 0)).toBe(true);
  expect(waits[150]).toBe(1000);
  expect(waits[249]).toBe(1990);
});

it('saves up no more than a few turns', async () => {
  const clock = new FakeClock();
  const pace = new FailurePace(clock);
  await clock.advance(60_000);
  const waits = Array.from({ length: 60 }, () => pace.reserve());
  expect(waits.filter((wait) => wait === 0)).toHaveLength(51);
});
