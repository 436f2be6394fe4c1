import { expect, it } from 'vitest';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import { WaitingLine } from './waiting-line.ts';

it('looks for room ever less often, and at once again when something has moved', () => {
  const clock = new FakeClock();
  const line = new WaitingLine(clock);
  let room = 0;
  const done: string[] = [];
  const attempt = (name: string) => () => {
    if (room === 0) return false;
    room -= 1;
    done.push(name);
    return true;
  };
  const pauses = (count: number) =>
    Array.from({ length: count }, () => {
      const pause = clock.nextTimer ?? 0;
      clock.tick(pause);
      return pause;
    });
  const second = attempt('second');
  line.join(attempt('first'));
  line.join(second);
  line.join(attempt('third'));
  expect(pauses(7)).toEqual([1, 2, 4, 8, 16, 20, 20]);
  room = 1;
  expect(pauses(3)).toEqual([20, 1, 2]);
  expect(done).toEqual(['first']);
  line.leave(second);
  room = 1;
  pauses(1);
  expect(done).toEqual(['first', 'third']);
  expect([line.isEmpty, clock.timers]).toEqual([true, 0]);
});
