import type { Destination } from '../core/destination.ts';
import type { Integration } from '../core/integration.ts';
import { Turns } from '../lanes/turns.ts';

interface Entry {
  readonly integration: Integration;
  readonly destination: Destination;
}

/** What an integration takes turns on; undefined where nothing keeps it from working. */
export function turnsOn({ integration, destination }: Entry): string | undefined {
  return destination.turnsOn?.(integration);
}

/** The turns of all lanes: one line for each script. */
export class LaneTurns {
  /** What was once there may still run, so none is removed. There are as many as there are scripts. */
  readonly #turns = new Map<string, Turns>();

  of(entry: Entry): Turns | undefined {
    const key = turnsOn(entry);
    if (key === undefined) return undefined;
    let turns = this.#turns.get(key);
    if (turns === undefined) {
      turns = new Turns();
      this.#turns.set(key, turns);
    }
    return turns;
  }

  /** Lets as many run at a time as the largest concurrency that is given says. */
  setPlaces(entries: Iterable<Entry>): void {
    const places = new Map<Turns, number>();
    for (const entry of entries) {
      const turns = this.of(entry);
      const { integration, destination } = entry;
      const own = integration.settings.concurrency ?? destination.concurrency;
      if (turns !== undefined) places.set(turns, Math.max(own, places.get(turns) ?? 0));
    }
    for (const [turns, most] of places) turns.places = most;
  }
}
