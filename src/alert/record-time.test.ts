import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { recordTime } from './record-time.ts';

function timeOf(text: string): number | undefined {
  const bytes = Buffer.from(`before${text}after`);
  return recordTime(bytes, 6, bytes.length - 5);
}

it('reads the timestamp of an alert', () => {
  const time = Date.UTC(2026, 7, 20, 11, 22, 31, 771);
  expect(timeOf('{"timestamp":"2026-08-20T11:22:31.771+0000","rule":{}}')).toBe(time);
  expect(timeOf('{"timestamp":"2026-08-20T13:22:31.771+0200","rule":{}}')).toBe(time);
  expect(timeOf('{"timestamp":"2026-08-20T08:52:31.771-02:30","rule":{}}')).toBe(time);
  expect(timeOf('{"timestamp":"2026-08-20T11:22:31.771Z"}')).toBe(time);
  expect(timeOf('{"timestamp":"2026-08-20T11:22:31.7714Z"}')).toBe(time);
  expect(timeOf('{"rule":{}, "timestamp":"2026-08-20T11:22:31.771+0000"}')).toBe(time);
});

it('reads the seconds of the id where there is no timestamp', () => {
  expect(timeOf('{"agent":{"id":"001"},"id":"1652272159.1549653"}')).toBe(1_652_272_159_000);
  expect(timeOf('** Alert 1470394217.1024: - syslog,\nRule: 1')).toBe(1_470_394_217_000);
});

it('knows no time where there is none', () => {
  expect(timeOf('{"rule":{"level":3}}')).toBe(undefined);
  expect(timeOf('{"timestamp":"2026-13-20T11:22:31.771+0000"}')).toBe(undefined);
  expect(timeOf('{"timestamp":"yesterday, 11:22:31.771+0000 of"}')).toBe(undefined);
  expect(timeOf('')).toBe(undefined);
});

it('agrees with the language about times of any zone', () => {
  const zone = fc.integer({ min: -14 * 60, max: 14 * 60 });
  const time = fc.integer({ min: 0, max: Date.UTC(2100, 0, 1) });
  fc.assert(
    fc.property(time, zone, (milliseconds, minutes) => {
      const local = new Date(milliseconds + minutes * 60_000).toISOString().slice(0, -1);
      const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
      const two = (number: number) => String(number).padStart(2, '0');
      const text = `${local}${minutes < 0 ? '-' : '+'}${two(hours)}${two(rest)}`;
      expect(timeOf(`{"timestamp":"${text}","rule":{}}`)).toBe(milliseconds);
    }),
  );
});
