import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Outbox, StateCount } from '../core/outbox.ts';
import { OutboxError } from '../core/outbox-error.ts';
import type { OutboxTroubles } from '../core/outbox-troubles.ts';
import { ClockWatch } from './clock-watch.ts';
import type { SilenceKeeper } from './silence-keeper.ts';

/**
 * How often to check whether `integratord queue` changed something, and to make sure that the results
 * of attempts are on the disk.
 */
const LOOK_MS = 500;

/** Who has to know what the watch finds. */
export interface WatchedLanes {
  /** Another process changed something in the outbox. */
  refresh(): void;
  /** The clock was set. */
  clockJumped(): void;
}

/** The files of the open outbox. */
export interface WatchedFiles {
  /** The paths at which they no longer are. */
  missing(): readonly string[];
  /** Puts them back. */
  restore(): void;
}

export interface OutboxWatchParts {
  readonly files: WatchedFiles;
  /** Writes a little, to find whether that works again. */
  readonly probe: () => void;
  readonly troubles: OutboxTroubles;
  readonly outbox: Pick<
    Outbox,
    'sync' | 'changedElsewhere' | 'clockJumped' | 'untoldDrops' | 'dropsTold'
  >;
  readonly lanes: WatchedLanes;
  /** What reads for the lanes: another process may have changed what they wait for. */
  readonly reading?: Pick<WatchedLanes, 'refresh'>;
  /** What people may change by `integratord silence`. */
  readonly silences?: Pick<SilenceKeeper, 'refresh' | 'look'>;
  /** Told of what operators dropped. */
  readonly onDropped?: (dropped: StateCount) => void;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Looks at the outbox twice a second: brings results to the disk, puts back files that someone
 * removed, and notices what `integratord queue` and `silence` changed, that the clock was set, and
 * that what failed works again.
 */
export class OutboxWatch {
  readonly #parts: OutboxWatchParts;
  readonly #clockWatch: ClockWatch;
  #isMissing = false;
  #cancel: (() => void) | undefined;
  /** What operators did while the daemon was not running counts as well. */
  #isFirst = true;

  constructor(parts: OutboxWatchParts) {
    this.#parts = parts;
    this.#clockWatch = new ClockWatch(parts.clock);
  }

  /** Begins to look; goes on, whatever fails, until it is stopped. */
  start(): void {
    this.#cancel = this.#parts.clock.after(LOOK_MS, () => {
      this.#look();
      this.start();
    });
  }

  stop(): void {
    this.#cancel?.();
  }

  #look(): void {
    const { outbox, lanes, reading, troubles, probe, silences } = this.#parts;
    try {
      this.#keepFiles();
      outbox.sync();
      const isChanged = outbox.changedElsewhere();
      if (isChanged) {
        lanes.refresh();
        reading?.refresh();
        silences?.refresh();
      }
      if (isChanged || this.#isFirst) this.#tellDrops();
      this.#isFirst = false;
      this.#followClock();
    } catch (error) {
      troubles.failed(OutboxError.of(error));
    }
    try {
      silences?.look();
    } catch (error) {
      troubles.failed(OutboxError.of(error));
    }
    try {
      if (troubles.has() && troubles.isQuiet) probe();
    } catch (error) {
      troubles.failed(OutboxError.of(error));
    }
  }

  #keepFiles(): void {
    const { files, log } = this.#parts;
    const missing = files.missing();
    if (missing.length > 0) {
      if (!this.#isMissing) log.error('outbox files were removed or replaced', { files: missing });
      this.#isMissing = true;
      files.restore();
    }
    if (!this.#isMissing || files.missing().length > 0) return;
    this.#isMissing = false;
    log.info('outbox files are restored');
  }

  /** The command that drops has no log of its own. */
  #tellDrops(): void {
    const { outbox, log, onDropped } = this.#parts;
    const drops = outbox.untoldDrops();
    for (const { at, who, dropped } of drops) {
      for (const one of dropped) {
        const { integration, state, count, level, oldestReadAt, newestReadAt } = one;
        onDropped?.(one);
        log.warn('deliveries were dropped by an operator', {
          integration,
          state,
          count,
          highest_level: level,
          read_from: new Date(oldestReadAt).toISOString(),
          read_to: new Date(newestReadAt).toISOString(),
          who,
          at: new Date(at).toISOString(),
        });
      }
    }
    if (drops.length > 0) outbox.dropsTold(drops);
  }

  /** Times stored before the clock was set would be wrong after it. */
  #followClock(): void {
    const jump = this.#clockWatch.jump();
    if (jump === 0) return;
    const { outbox, lanes, log } = this.#parts;
    log.warn('system clock was changed; retry times are adjusted', {
      seconds: Math.round(jump / 1000),
    });
    outbox.clockJumped(jump);
    lanes.clockJumped();
  }
}
