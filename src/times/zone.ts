import { Offsets, type Stretch } from './offsets.ts';

/** Every offset is less than this, and so is every step of a wall clock but one of a whole day. */
const FARTHEST = 2 * 86_400_000;
/** Beyond the years 1900 and 2200 a clock is wrong, and rules of zones are guesses. */
const [EARLIEST, LATEST] = [Date.UTC(1900, 0), Date.UTC(2200, 0)];

/**
 * A time zone: from moments to what a wall clock shows, and back. What it shows is given as a number too,
 * that of the milliseconds since 1970-01-01 00:00 on that clock.
 */
export class Zone {
  readonly name: string;
  readonly #offsets: Offsets;

  /** @throws RangeError for a zone that this Node does not know. */
  constructor(name: string) {
    this.name = name;
    this.#offsets = new Offsets(name);
  }

  /** What the wall clock shows. @param ms since 1970. */
  wallAt(ms: number): number {
    return ms + this.#at(ms).offset;
  }

  /**
   * The first moment at which the wall clock shows this, or more. So it is the first of two where the
   * clock is put back, and the end of the gap where this is never shown.
   */
  firstAt(wall: number): number {
    let stretch = this.#at(wall - FARTHEST);
    for (;;) {
      const ms = Math.max(stretch.from, wall - stretch.offset);
      if (ms < stretch.to) return ms;
      stretch = this.#at(stretch.to);
    }
  }

  /**
   * The moment from which on the wall clock does not show less than this any more. So it is the last of two
   * where the clock is put back, and the end of the gap where this is never shown.
   */
  lastBefore(wall: number): number {
    let stretch = this.#at(wall + FARTHEST);
    for (;;) {
      const ms = Math.min(stretch.to, wall - stretch.offset);
      if (ms > stretch.from) return ms;
      stretch = this.#at(stretch.from - 1);
    }
  }

  #at(ms: number): Stretch {
    if (ms > EARLIEST && ms < LATEST) return this.#offsets.at(ms);
    // NaN comes here too.
    return ms >= LATEST
      ? { from: LATEST, to: Number.POSITIVE_INFINITY, offset: 0 }
      : { from: Number.NEGATIVE_INFINITY, to: EARLIEST + 1, offset: 0 };
  }
}

const zones = new Map<string, Zone>();

/** The zone of a name of the IANA database, in any case; undefined when there is none. */
export function zoneOf(name: string): Zone | undefined {
  const known = zones.get(name);
  if (known !== undefined) return known;
  // Later versions of Node take offsets such as +01:00 as well: they would not know daylight saving.
  if (!/^[A-Za-z]/.test(name)) return undefined;
  try {
    const zone = new Zone(name);
    zones.set(name, zone);
    return zone;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** The zone of this host. Where `TZ` names none, Node takes UTC, and so does this. */
export function hostZone(): string {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions() as { timeZone?: string };
  return timeZone !== undefined && zoneOf(timeZone) !== undefined ? timeZone : 'UTC';
}
