import { expect, it } from 'vitest';
import { DAY_MS, MINUTE_MS } from './durations.ts';
import { remainingLookups, takeLookup, UNUSED_QUOTA } from './quota.ts';

const LIMITS = { perMinute: 4, perDay: 6 };
const NOON = 20_000 * DAY_MS + DAY_MS / 2;

it('says how many look-ups are left, of this minute and of this day', () => {
  expect(remainingLookups(undefined, LIMITS, NOON)).toEqual({ minute: 4, day: 6 });
  let state = UNUSED_QUOTA;
  for (let n = 0; n < 3; n += 1) ({ state } = takeLookup(state, LIMITS, NOON));
  expect(remainingLookups(state, LIMITS, NOON)).toEqual({ minute: 1, day: 3 });
  expect(remainingLookups(state, LIMITS, NOON + MINUTE_MS)).toEqual({ minute: 4, day: 3 });
  expect(remainingLookups(state, LIMITS, NOON + DAY_MS)).toEqual({ minute: 4, day: 6 });
});

it('says none while the service refuses them, and never less than none', () => {
  const blocked = { ...UNUSED_QUOTA, blockedUntil: NOON + 1000 };
  expect(remainingLookups(blocked, LIMITS, NOON)).toEqual({ minute: 0, day: 0 });
  expect(remainingLookups(blocked, LIMITS, NOON + 1000)).toEqual({ minute: 4, day: 6 });
  const lowered = { ...UNUSED_QUOTA, day: 20_000, asked: 500, recent: [NOON, NOON, NOON] };
  expect(remainingLookups(lowered, { perMinute: 1, perDay: 10 }, NOON)).toEqual({
    minute: 0,
    day: 0,
  });
});
