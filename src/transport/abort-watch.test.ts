import { expect, test } from 'vitest';
import { onAbort } from './abort-watch.ts';

test('all that watch are called once when the signal aborts, and what was ended is not', () => {
  const controller = new AbortController();
  const calls: string[] = [];
  onAbort(controller.signal, () => calls.push('first'));
  const end = onAbort(controller.signal, () => calls.push('ended'));
  onAbort(controller.signal, () => calls.push('second'));
  end();
  controller.abort();
  controller.abort();
  expect(calls).toEqual(['first', 'second']);
});

test('signals are watched apart from one another', () => {
  const [one, other] = [new AbortController(), new AbortController()];
  const calls: string[] = [];
  onAbort(one.signal, () => calls.push('one'));
  onAbort(other.signal, () => calls.push('other'));
  other.abort();
  expect(calls).toEqual(['other']);
});
