import { expect, it } from 'vitest';
import type { Joining } from '../core/grouping.ts';
import { MemoryStore } from './memory-store.ts';

function aStore(): MemoryStore {
  return new MemoryStore({
    backlog: () => 0,
    absorb: () => 0,
    muteOpened: () => undefined,
    notice() {},
  });
}

const joining = (change: Partial<Joining>): Joining => {
  return { kind: 'digest', key: '', by: [], dueAt: 100, atMost: 2, ...change };
};

it('a full bundle is due at once, but one of the hours waits for them', () => {
  const store = aStore();
  const [first, second] = [store.join(joining({}), 10), store.join(joining({}), 20)];
  expect(second).toBe(first);
  expect(store.first).toMatchObject({ id: first, dueAt: 20, isClosed: true });
  expect(store.isOpen('digest', '')).toBe(false);
  expect(store.join(joining({}), 30)).not.toBe(first);

  const hours = aStore();
  for (const now of [10, 20]) hours.join(joining({ kind: 'time' }), now);
  expect(hours.first).toMatchObject({ dueAt: 100, isClosed: true });
});

it('keeps whole milliseconds of a throttle, as the outbox does', () => {
  const store = aStore();
  store.setThrottle('["1"]', { lastSent: 10.4, period: 7.5 });
  expect(store.throttle('["1"]')).toEqual({ lastSent: 10, period: 8 });
});

it('forgets throttles that make no difference, when there are many', () => {
  const store = aStore();
  const [early, late] = [1000, 10_000_000];
  for (let key = 0; key < 99_999; key += 1) {
    store.setThrottle(`${key}`, { lastSent: early, period: 1000 });
  }
  store.setThrottle('last', { lastSent: late, period: 1000 });
  expect(store.throttle('7')).toBe(undefined);
  expect(store.throttle('last')).toEqual({ lastSent: late, period: 1000 });
});
