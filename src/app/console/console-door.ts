import { isDeepStrictEqual } from 'node:util';
import { POINT_MS, Tally } from '../../console/series.ts';
import type { LaneObserver } from '../../core/lane-observer.ts';
import type { ConsoleSettings } from '../../core/settings.ts';
import { readHours, storeHours } from '../../outbox/hours.ts';
import type { DaemonOptions } from '../daemon-options.ts';
import type { LiveFeed } from '../live-feed.ts';
import type { Setup } from '../setup.ts';
import type { StatusParts } from '../status.ts';

type Options = Pick<DaemonOptions, 'log' | 'scrubber' | 'paths' | 'console'>;

/** The hours are kept this often, in points. */
const KEEP_EVERY = 90;

/**
 * The console of a daemon: opened, closed and opened elsewhere as the settings say. Nothing of it runs
 * while they do not.
 */
export class ConsoleDoor {
  readonly #options: Options;
  readonly #status: StatusParts;
  readonly #live: Pick<LiveFeed, 'watch' | 'board'>;
  /** Undefined while there is no console. */
  #tally: Tally | undefined;
  #setup: Setup | undefined;
  #setupBefore: Setup | undefined;
  #open: { readonly settings: ConsoleSettings; close(): void } | undefined;
  /** Opening and closing happen one after the other. */
  #last: Promise<void> = Promise.resolve();
  #cancelPoint: (() => void) | undefined;
  #hasStopped = false;

  constructor(options: Options, status: StatusParts, live: Pick<LiveFeed, 'watch' | 'board'>) {
    this.#options = options;
    this.#live = live;
    this.#status = status;
  }

  /** Counts the attempts of a lane, and hands on all else. */
  observer(integration: string, observer: LaneObserver): LaneObserver {
    return {
      attempted: (outcome, durationMs) => {
        this.#tally?.count(integration, outcome.kind === 'delivered', durationMs);
        observer.attempted(outcome, durationMs);
      },
      settled: (state, raw) => observer.settled(state, raw),
      expired: (count) => observer.expired(count),
      rateLimited: (milliseconds) => observer.rateLimited(milliseconds),
      askedToWait: (milliseconds) => observer.askedToWait(milliseconds),
      lookedUp: (result) => observer.lookedUp(result),
      scriptBegan: () => observer.scriptBegan(),
    };
  }

  /** A configuration is in force: opens, closes or moves the console where it says so. Never throws. */
  use(setup: Setup): void {
    this.#setupBefore = this.#setup;
    this.#setup = setup;
    const settings = this.#options.console?.settings ?? setup.settings.console;
    this.#last = this.#last.then(() => this.#use(settings));
  }

  /** Closes it for good. */
  stop(): void {
    this.#hasStopped = true;
    this.#close();
  }

  #close(): void {
    this.#cancelPoint?.();
    this.#open?.close();
    if (this.#open !== undefined) this.#keepHours();
    this.#open = undefined;
    this.#tally = undefined;
  }

  async #use(settings: ConsoleSettings | undefined): Promise<void> {
    if (this.#hasStopped || isDeepStrictEqual(this.#open?.settings, settings)) return;
    const known = this.#tally;
    this.#close();
    if (settings === undefined) return;
    const tally = known ?? new Tally();
    const { log } = this.#options;
    try {
      const { openConsole } = await import('./open-console.ts');
      const opened = await openConsole({
        settings,
        options: this.#options,
        status: this.#status,
        tally,
        live: this.#live,
        setup: () => this.#setup as Setup,
        setupBefore: () => this.#setupBefore,
      });
      if (this.#hasStopped) return opened.close();
      this.#open = { settings, close: () => opened.close() };
      this.#tally = tally;
      if (known === undefined) this.#takeUpHours(tally);
      this.#countPoints(tally);
      this.#options.console?.opened(opened.port);
      log.info('console listens', { place: placeOf(settings), write: settings.write });
    } catch (error) {
      this.#options.console?.opened(undefined);
      log.error('console cannot be used', {
        place: placeOf(settings),
        cause: (error as Error).message,
      });
    }
  }

  #countPoints(tally: Tally, count = 1): void {
    const { clock } = this.#status;
    this.#cancelPoint = clock.after(POINT_MS, () => {
      tally.point(clock.now());
      if (count % KEEP_EVERY === 0) this.#keepHours();
      this.#countPoints(tally, count + 1);
    });
  }

  /** The plot of the last thirty days is worth no trouble: where the outbox cannot be used, it has a gap. */
  #keepHours(): void {
    try {
      if (this.#tally !== undefined) storeHours(this.#status.database, this.#tally.hours);
    } catch {
      // It is tried again.
    }
  }

  #takeUpHours(tally: Tally): void {
    try {
      tally.restore(readHours(this.#status.database));
    } catch {
      // It begins anew.
    }
  }
}

function placeOf({ listen: place }: ConsoleSettings): string {
  return place.kind === 'socket' ? place.path : `http://${hostOf(place.host)}:${place.port}`;
}

function hostOf(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
