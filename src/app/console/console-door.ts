import { isDeepStrictEqual } from 'node:util';
import { POINT_MS, Tally } from '../../console/series.ts';
import type { LaneObserver } from '../../core/lane-observer.ts';
import type { ConsoleSettings } from '../../core/settings.ts';
import type { DaemonOptions } from '../daemon-options.ts';
import type { Setup } from '../setup.ts';
import type { StatusParts } from '../status.ts';

type Options = Pick<DaemonOptions, 'log' | 'scrubber' | 'paths' | 'console'>;

/**
 * The console of a daemon: opened, closed and opened elsewhere as the settings say. Nothing of it runs
 * while they do not, but for what counts attempts.
 */
export class ConsoleDoor {
  readonly #options: Options;
  readonly #status: StatusParts;
  readonly #tally = new Tally();
  #setup: Setup | undefined;
  #setupBefore: Setup | undefined;
  #open: { readonly settings: ConsoleSettings; close(): void } | undefined;
  /** Opening and closing happen one after the other. */
  #last: Promise<void> = Promise.resolve();
  #cancelPoint: (() => void) | undefined;
  #hasStopped = false;

  constructor(options: Options, status: StatusParts) {
    this.#options = options;
    this.#status = status;
  }

  /** Counts the attempts of a lane, and hands on all else. */
  observer(integration: string, observer: LaneObserver): LaneObserver {
    return {
      attempted: (outcome, durationMs) => {
        this.#tally.count(integration, outcome.kind === 'delivered');
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
    this.#cancelPoint?.();
    this.#open?.close();
    this.#open = undefined;
  }

  async #use(settings: ConsoleSettings | undefined): Promise<void> {
    if (this.#hasStopped || isDeepStrictEqual(this.#open?.settings, settings)) return;
    this.#open?.close();
    this.#open = undefined;
    this.#cancelPoint?.();
    if (settings === undefined) return;
    const { log } = this.#options;
    try {
      const { openConsole } = await import('./open-console.ts');
      const opened = await openConsole({
        settings,
        options: this.#options,
        status: this.#status,
        tally: this.#tally,
        setup: () => this.#setup as Setup,
        setupBefore: () => this.#setupBefore,
      });
      if (this.#hasStopped) return opened.close();
      this.#open = { settings, close: () => opened.close() };
      this.#countPoints();
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

  #countPoints(): void {
    const { clock } = this.#status;
    this.#cancelPoint = clock.after(POINT_MS, () => {
      this.#tally.point(clock.now());
      this.#countPoints();
    });
  }
}

function placeOf({ listen: place }: ConsoleSettings): string {
  return place.kind === 'socket' ? place.path : `http://${hostOf(place.host)}:${place.port}`;
}

function hostOf(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
