import { describe, expect, it } from 'vitest';
import { Durations } from './durations.ts';
import { POINT_MS, Tally } from './series.ts';

const HOUR_MS = 3_600_000;
const BEGIN = 1_787_184_000_000;

describe('what is counted of attempts', () => {
  it('are points of ten seconds, five minutes together, and hours', () => {
    const tally = new Tally();
    for (let point = 1; point <= 400; point += 1) {
      tally.count('slack', true, 5);
      if (point % 2 === 0) tally.count('jira', false, 5);
      tally.point(BEGIN + point * POINT_MS);
    }
    const hour = tally.series('1h');
    expect(hour.step).toBe(10);
    expect(hour.times).toHaveLength(360);
    expect(hour.times.at(-1)).toBe(BEGIN / 1000 + 4000);
    expect(hour.failed.slice(-2)).toEqual([0, 1]);
    const day = tally.series('24h');
    expect(day.delivered).toEqual([...Array<number>(13).fill(30), 10]);
    expect(day.failed[0]).toBe(15);
    const month = tally.series('30d');
    expect(month.times).toEqual([BEGIN / 1000, BEGIN / 1000 + 3600]);
    expect(month.delivered).toEqual([359, 41]);
  });

  it('are kept for a day, and thirty days of hours', () => {
    const tally = new Tally();
    for (let point = 1; point <= 9000; point += 1) tally.point(BEGIN + point * POINT_MS);
    expect(tally.series('24h').times).toHaveLength(288);
    tally.restore(
      Array.from({ length: 800 }, (_, at) => {
        return { at: BEGIN + (at - 900) * HOUR_MS, delivered: at, failed: 0 };
      }),
    );
    const month = tally.series('30d');
    expect(month.times).toHaveLength(720);
    expect(month.times).toEqual(month.times.toSorted((one, other) => one - other));
    expect(month.times.at(-1)).toBe(BEGIN / 1000 + 25 * 3600);
  });

  it('go on in the hour that was kept', () => {
    const tally = new Tally();
    tally.count('slack', true, 1);
    tally.point(BEGIN + POINT_MS);
    tally.restore([{ at: BEGIN, delivered: 3, failed: 2 }]);
    expect(tally.hours).toEqual([{ at: BEGIN, delivered: 4, failed: 2 }]);
  });

  it('are those of five minutes and of the minutes of an hour, by integration', () => {
    const tally = new Tally();
    for (let point = 1; point <= 60; point += 1) {
      tally.count('slack', point > 6, point <= 29 ? 10_000 : 20);
      tally.point(BEGIN + point * POINT_MS);
    }
    tally.count('slack', true, 20);
    const { delivered, failed, p95, minutes } = tally.recent().get('slack') ?? {};
    expect({ delivered, failed }).toEqual({ delivered: 31, failed: 0 });
    expect(Math.abs((p95 ?? 0) - 20)).toBeLessThan(2);
    expect(minutes).toHaveLength(10);
    expect(minutes?.slice(0, 2)).toEqual([
      { delivered: 0, failed: 6 },
      { delivered: 6, failed: 0 },
    ]);
  });
});

describe('durations', () => {
  it('are known to within a tenth', () => {
    for (const ms of [1, 7, 130, 2500, 61_000, 900_000]) {
      const durations = new Durations();
      durations.count(ms);
      const said = durations.quantile(0.95) ?? 0;
      expect(Math.abs(said / ms - 1)).toBeLessThan(0.1);
    }
  });

  it('are none where none was counted, and again when all are taken out', () => {
    const [one, sum] = [new Durations(), new Durations()];
    one.count(5);
    one.count(0);
    one.count(Number.MAX_SAFE_INTEGER);
    sum.add(one, 1);
    expect(sum.quantile(0.5)).toBeGreaterThanOrEqual(5);
    sum.add(one, -1);
    expect(sum.quantile(0.5)).toBeUndefined();
  });
});
