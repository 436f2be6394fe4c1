import { expect, it } from 'vitest';
import { moment } from './moment.ts';

it('reads how long ago something was', () => {
  const hour = 3_600_000;
  expect(Math.abs(Date.now() - 2 * hour - moment('2h'))).toBeLessThan(5000);
  expect(Math.abs(Date.now() - 168 * hour - moment('7d'))).toBeLessThan(5000);
});

it('reads dates, in the zone of the host unless they say another', () => {
  expect(moment('2026-08-20')).toBe(new Date(2026, 7, 20).getTime());
  expect(moment('2026-08-20T14:30')).toBe(new Date(2026, 7, 20, 14, 30).getTime());
  expect(moment('2026-08-20 14:30:05')).toBe(new Date(2026, 7, 20, 14, 30, 5).getTime());
  expect(moment('2026-08-20T14:30Z')).toBe(Date.UTC(2026, 7, 20, 14, 30));
  expect(moment('2026-08-20T14:30:00.5+0200')).toBe(Date.UTC(2026, 7, 20, 12, 30, 0, 500));
});

it.each(['', 'yesterday', '7', '2026-13-01', '2026-8-1', '7w', '2026', '12:00', '2026-02-30'])(
  'refuses %j',
  (text) => {
    expect(() => moment(text)).toThrow(/It must be/);
  },
);
