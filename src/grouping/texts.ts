/** A span of time in words: `5 minutes`, `1 hour`, `90 seconds`. @param milliseconds above 0. */
export function spanText(milliseconds: number): string {
  for (const [unit, length] of UNITS) {
    const count = milliseconds / length;
    if (Number.isInteger(count)) return `${count} ${unit}${count === 1 ? '' : 's'}`;
  }
  return `${milliseconds / 1000} seconds`;
}

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const;
