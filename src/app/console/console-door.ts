import { isDeepStrictEqual } from 'node:util';
import { createConsole } from '../../console/console.ts';
import { listen } from '../../console/http/server.ts';
import { Reader } from '../../console/reader/client.ts';
import { POINT_MS, Tally } from '../../console/series.ts';
import type { LaneObserver } from '../../core/lane-observer.ts';
import type { ConsoleSettings } from '../../core/settings.ts';
import type { DaemonOptions } from '../daemon-options.ts';
import type { Setup } from '../setup.ts';
import { type StatusParts, statusOf } from '../status.ts';
import { consoleActions } from './actions.ts';
import { consoleSource } from './source.ts';

type Options = Pick<DaemonOptions, 'log' | 'scrubber' | 'paths'>;

/** A search ends by itself before this. */
const LONGEST_ANSWER_MS = 5000;

/**
 * The console of a daemon: opened, closed and opened elsewhere as the settings say. Nothing of it runs
 * while they do not, but for what counts attempts.
 */
export class ConsoleDoor {
  readonly #options: Options;
  readonly #status: StatusParts;
  readonly #tally = new Tally();
  #setup: Setup | undefined;
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
    this.#setup = setup;
    this.#last = this.#last.then(() => this.#use(setup.settings.console));
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
      const close = await this.#start(settings);
      if (this.#hasStopped) return close();
      this.#open = { settings, close };
      this.#countPoints();
      log.info('console listens', { place: placeOf(settings), write: settings.write });
    } catch (error) {
      log.error('console cannot be used', {
        place: placeOf(settings),
        cause: (error as Error).message,
      });
    }
  }

  async #start(settings: ConsoleSettings): Promise<() => void> {
    const { log, scrubber, paths } = this.#options;
    const { clock, database, reloading, troubles } = this.#status;
    const outbox = database.path;
    const program = new URL('./reader-process.js', import.meta.url);
    const args = [outbox, paths.alerts];
    // Whoever mends the files of the outbox needs them for itself.
    const obstacle = () => {
      const [trouble] = troubles.present;
      return trouble && `the outbox cannot be used: ${trouble.replaceAll('_', ' ')}`;
    };
    const readerParts = { program, args, clock, limitMs: LONGEST_ANSWER_MS, obstacle };
    const [reader, searcher] = [new Reader(readerParts), new Reader(readerParts)];
    const setup = () => this.#setup as Setup;
    const source = consoleSource({
      reader,
      searcher,
      status: (backlog) => statusOf(this.#status, backlog),
      tally: this.#tally,
      setup,
      scrubber,
      clock,
    });
    const actions = consoleActions({ outbox, reader: searcher, setup, reloading, clock });
    const app = createConsole({ settings, source, actions, clock, log });
    const server = await listen(settings.listen, settings.mode, app);
    return () => {
      app.close();
      server.close();
      reader.release();
      searcher.release();
    };
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
