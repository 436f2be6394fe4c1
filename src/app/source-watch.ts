import type { Clock } from '../core/clock.ts';
import { DAY_MS, HOUR_MS } from '../core/durations.ts';
import { OutboxError } from '../core/outbox-error.ts';
import {
  HOURS_OF_WEEK,
  isWhole,
  type QuietSource,
  type SourceHour,
  tooFew,
  tooLongSilent,
  WEEKS_KEPT,
} from '../core/quiet-source.ts';
import type { SourceReport } from '../core/status.ts';
import type { SourceHours } from '../outbox/source-hours.ts';
import type { Zone } from '../times/zone.ts';
import { ClockWatch } from './clock-watch.ts';

/** How often to look. */
const LOOK_MS = 30_000;
/** What has been quiet for this long is usual from then on. */
const USUAL_AFTER_MS = 7 * DAY_MS;

export interface SourceWatchParts {
  readonly hours: SourceHours;
  readonly sources: () => readonly SourceReport[];
  /** Whose weeks people and machines go by: that of the host. */
  readonly zone: Zone;
  readonly clock: Clock;
}

/**
 * Learns how many alerts each source brings at each hour of the week, and notices when it is quieter than
 * it ever was. An hour in which the daemon did not run from beginning to end, could not read, or in which
 * the clock was set teaches nothing; while it catches up, nothing is judged.
 */
export class SourceWatch {
  readonly #parts: SourceWatchParts;
  readonly #jumps: ClockWatch;
  #since: number;
  #lookedAt: number;
  #hour: number;
  #cancel: (() => void) | undefined;

  constructor(parts: SourceWatchParts) {
    this.#parts = parts;
    const { clock } = parts;
    this.#jumps = new ClockWatch(clock);
    this.#since = clock.now();
    this.#lookedAt = clock.monotonic();
    this.#hour = hourOf(clock.now());
  }

  /** Looks twice a minute, until it is stopped. */
  start(): void {
    this.#cancel = this.#parts.clock.after(LOOK_MS, () => {
      this.look();
      this.start();
    });
  }

  stop(): void {
    this.#cancel?.();
  }

  /** Looks now. */
  look(): void {
    const { clock, sources } = this.#parts;
    const now = clock.now();
    const passed = clock.monotonic() - this.#lookedAt;
    const ended = this.#hour;
    this.#lookedAt = clock.monotonic();
    this.#hour = hourOf(now);
    if (this.#jumps.jump() !== 0) {
      this.#since = now;
      return;
    }
    try {
      for (const report of sources()) {
        if (report.troubles.length > 0) continue;
        this.#watch(report, now, passed);
        if (this.#hour !== ended) this.#learn(report, ended, now);
      }
    } catch (error) {
      // The outbox cannot be used; whoever needs it more says so.
      if (!(error instanceof OutboxError)) throw error;
    }
  }

  #watch({ source, lagBytes, lastAlertAt }: SourceReport, now: number, passed: number): void {
    const { hours } = this.#parts;
    const silence = Math.max(0, now - Math.max(lastAlertAt ?? 0, this.#since));
    hours.watched(source, this.#hour, Math.min(passed, 2 * LOOK_MS), silence);
    if (lagBytes > 0) return;
    const quiet = hours.quiet()[source];
    const found = tooLongSilent(silence, now, this.#history(source, this.#hour));
    if (found !== undefined && quiet === undefined) this.#set(source, found);
    const isAgain = (lastAlertAt ?? 0) > (quiet?.since ?? now);
    if (quiet !== undefined && quiet.count === undefined && isAgain) this.#set(source, undefined);
  }

  /** An hour is over. */
  #learn({ source, lagBytes }: SourceReport, ended: number, now: number): void {
    const { hours } = this.#parts;
    const [hour] = hours.of(source, [ended]);
    hours.forget(source, this.#hour - (WEEKS_KEPT * HOURS_OF_WEEK + 1));
    if (hour === undefined || lagBytes > 0) return;
    const quiet = hours.quiet()[source];
    const found = tooFew(hour, this.#history(source, ended));
    const isNew =
      found !== undefined || (quiet !== undefined && quiet.since < (ended + 1) * HOUR_MS);
    if (isNew && now - (quiet?.since ?? now) < USUAL_AFTER_MS) hours.setQuiet(source, ended);
    if (found !== undefined && quiet === undefined) this.#set(source, found);
    if (quiet?.count !== undefined && found === undefined && isWhole(hour)) {
      this.#set(source, undefined);
    }
  }

  /** The same hour of the week, in the weeks before. */
  #history(source: string, hour: number): SourceHour[] {
    const { hours } = this.#parts;
    const candidates: number[] = [];
    for (let week = 1; week <= WEEKS_KEPT; week += 1) {
      // The clock may have been put forward or back since.
      for (const step of [-1, 0, 1]) candidates.push(hour - week * HOURS_OF_WEEK + step);
    }
    const wanted = this.#hourOfWeek(hour);
    return hours.of(
      source,
      candidates.filter((one) => this.#hourOfWeek(one) === wanted),
    );
  }

  #hourOfWeek(hour: number): number {
    return Math.floor(this.#parts.zone.wallAt(hour * HOUR_MS) / HOUR_MS) % HOURS_OF_WEEK;
  }

  #set(source: string, quiet: QuietSource | undefined): void {
    const { hours } = this.#parts;
    const { [source]: _, ...others } = hours.quiet();
    hours.setQuietSources(quiet === undefined ? others : { ...others, [source]: quiet });
  }
}

function hourOf(now: number): number {
  return Math.floor(now / HOUR_MS);
}
