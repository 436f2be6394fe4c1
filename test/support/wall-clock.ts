/** A wall clock that asks `Intl` for each moment, and nothing else: slow, and simple enough to be believed. */
class WallClock {
  readonly #format: Intl.DateTimeFormat;
  readonly #shown = new Map<number, number>();

  constructor(zone: string) {
    this.#format = new Intl.DateTimeFormat('sv-SE', {
      timeZone: zone,
      dateStyle: 'short',
      timeStyle: 'medium',
    });
  }

  /** What it shows, as if that were UTC. */
  at(ms: number): number {
    let shown = this.#shown.get(ms);
    if (shown === undefined) {
      shown = Date.parse(`${this.#format.format(ms).replace(' ', 'T')}Z`);
      this.#shown.set(ms, shown);
    }
    return shown;
  }
}

const clocks = new Map<string, WallClock>();

/** The clock of a zone, which remembers what it showed. */
export function wallClock(zone: string): WallClock {
  const clock = clocks.get(zone) ?? new WallClock(zone);
  clocks.set(zone, clock);
  return clock;
}

/** Zones whose clocks change in different ways, with moments at which they do. */
export const CHANGES: readonly (readonly [zone: string, change: string])[] = [
  ['Europe/Berlin', '2026-03-29T01:00Z'],
  ['Europe/Berlin', '2026-10-25T01:00Z'],
  ['America/New_York', '2026-03-08T07:00Z'],
  ['America/New_York', '2026-11-01T06:00Z'],
  // At midnight: a day without its first hour, and one with a last hour more.
  ['America/Santiago', '2026-09-06T04:00Z'],
  ['America/Santiago', '2026-04-05T03:00Z'],
  ['America/Havana', '2026-11-01T05:00Z'],
  // By half an hour.
  ['Australia/Lord_Howe', '2026-10-03T15:30Z'],
  ['Australia/Lord_Howe', '2026-04-04T15:00Z'],
  // Put back at one minute past midnight: into the day before.
  ['America/St_Johns', '2010-11-07T02:31Z'],
  // A day that did not exist.
  ['Pacific/Apia', '2011-12-30T10:00Z'],
  // Winter time in Ramadan.
  ['Africa/Casablanca', '2026-02-15T02:00Z'],
  ['Asia/Kathmandu', '2026-06-15T00:00Z'],
  ['UTC', '2028-02-29T00:00Z'],
];
