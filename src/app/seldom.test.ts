import { expect, it } from 'vitest';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { seldom } from './seldom.ts';

it.each([
  ['once a second', 0, 1000],
  ['more seldom where it takes long: a tenth of the time at most', 300, 3000],
])('makes it %s', async (_, takesMs, freshMs) => {
  const clock = new FakeClock();
  let made = 0;
  let spent = 0;
  const ask = seldom({ monotonic: () => clock.monotonic() + spent }, () => {
    spent += takesMs;
    made += 1;
    return made;
  });
  expect([ask(), ask()]).toEqual([1, 1]);
  await clock.advance(freshMs - 1);
  expect(ask()).toBe(1);
  await clock.advance(1);
  expect(ask()).toBe(2);
});

it('asks again after a failure', () => {
  let times = 0;
  const ask = seldom(new FakeClock(), () => {
    times += 1;
    if (times === 1) throw new Error('the outbox is busy');
    return times;
  });
  expect(ask).toThrow('busy');
  expect(ask()).toBe(2);
});
