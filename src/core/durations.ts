/** Lengths of time in milliseconds. */
export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

const UNITS = { d: DAY_MS, h: HOUR_MS, m: MINUTE_MS, s: 1000 } as const;

/**
 * Reads a time span: whole numbers with units, the largest first, as in `90s`, `15m`, `1h30m` or `1d`.
 * @returns milliseconds; undefined when it is anything else.
 */
export function readDuration(text: string): number | undefined {
  const parts = /^(?:(\d{1,9})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?$/.exec(text);
  if (parts === null || text === '') return undefined;
  return Object.values(UNITS).reduce((sum, unit, at) => sum + Number(parts[at + 1] ?? 0) * unit, 0);
}
