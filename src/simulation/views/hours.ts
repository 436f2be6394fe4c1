import { HOUR_MS } from '../../core/durations.ts';
import type { IntegrationResult, SimulationResult } from '../result.ts';

/** The hours of a result, as so many columns at most. */
export interface Hours {
  /** The first one, counted since 1970. */
  readonly first: number;
  /** How many hours a column stands for. */
  readonly perColumn: number;
  readonly columns: number;
}

type Spanned = Pick<SimulationResult, 'from' | 'to' | 'integrations'>;

/** @param most columns; with more hours, several share one. */
export function hoursOf({ from, to, integrations }: Spanned, most: number): Hours {
  if (from === undefined || to === undefined) return { first: 0, perColumn: 1, columns: 0 };
  const first = Math.floor(from / HOUR_MS);
  // What is held back goes later than the last alert came.
  let last = Math.floor(to / HOUR_MS);
  for (const { hoursBefore, hoursAfter } of integrations) {
    for (const hours of [hoursBefore, hoursAfter]) {
      for (const hour of hours.keys()) last = Math.max(last, hour);
    }
  }
  const count = last - first + 1;
  const perColumn = Math.ceil(count / Math.max(1, most));
  return { first, perColumn, columns: Math.ceil(count / perColumn) };
}

/** Messages by columns. */
export function inColumns(
  counts: IntegrationResult['hoursAfter'],
  { first, perColumn, columns }: Hours,
): number[] {
  const sums = Array.from({ length: columns }, () => 0);
  for (const [hour, count] of counts) {
    const column = Math.floor((hour - first) / perColumn);
    if (column >= 0 && column < columns) sums[column] = (sums[column] ?? 0) + count;
  }
  return sums;
}

/** What a column of a chart stands for. */
export function columnText({ perColumn }: Hours): string {
  return perColumn === 1 ? 'messages per hour' : `messages per ${perColumn} hours`;
}
