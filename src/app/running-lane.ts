import type { ClosableHttpClient } from '../core/destination.ts';
import type { Lane } from '../lanes/lane.ts';
import type { ParkedLane } from '../lanes/parked-lane.ts';
import type { RoutedIntegration } from './setup.ts';

/** An integration that gets a lane. */
export type Entry = Pick<RoutedIntegration, 'integration' | 'destination'> &
  Partial<Pick<RoutedIntegration, 'unusable' | 'canRun' | 'conditions' | 'grouping'>>;

/** A lane at work, and what it was made from. */
export interface RunningLane extends Entry {
  readonly lane: Lane | ParkedLane;
  /** Its connections; undefined where nothing is attempted. */
  readonly http?: ClosableHttpClient | undefined;
  /** The settings it was made from. */
  readonly settings: string;
  /** What its attempts take turns on. */
  readonly turnsOn: string | undefined;
}

/** Lets what is in flight finish within so many milliseconds, or hands it back. */
export async function stopLane(
  { lane, http }: RunningLane,
  graceMs: number,
  giveBack?: (ids: readonly number[]) => void,
): Promise<void> {
  await lane.stop(graceMs, giveBack);
  await http?.close();
}
