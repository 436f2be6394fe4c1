import { expect, it } from 'vitest';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { Exports } from './exports.ts';

/** Exports of an outbox that has no end, one delivery a piece. */
function scene() {
  const clock = new FakeClock();
  const world = { isStillIn: true };
  const piece = { text: '{}\n', count: 1, next: 1 };
  const exports = new Exports({ exported: () => Promise.resolve(piece) }, clock);
  const open = () =>
    exports
      .open(
        { hide: [] },
        () => world.isStillIn,
        () => {},
      )
      ?.getReader();
  return { clock, world, open };
}

it('who takes nothing keeps others from exporting for half a minute at most', async () => {
  const { clock, open } = scene();
  const slow = open();
  await slow?.read();
  await clock.advance(29_000);
  await slow?.read();
  await clock.advance(29_000);
  expect(open()).toBeUndefined();
  await clock.advance(2000);
  expect(open()).toBeDefined();
  await expect(slow?.read()).rejects.toThrow('nobody takes it');
});

it('who is logged out gets no more', async () => {
  const { world, open } = scene();
  const reader = open();
  await reader?.read();
  world.isStillIn = false;
  await expect(reader?.read()).rejects.toThrow('logged out');
  expect(open()).toBeDefined();
});
