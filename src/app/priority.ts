import type { Destination } from '../core/destination.ts';
import { URGENT_LEVEL } from '../outbox/sqlite-outbox.ts';

/** How urgent an alert of a level is for an integration, as the outbox has it: higher goes first. */
export function priorityBy({
  destination,
}: {
  readonly destination: Destination;
}): (level: number) => number {
  if (destination.highestLevelFirst === true) return (level) => level;
  return (level) => Number(level >= URGENT_LEVEL);
}
