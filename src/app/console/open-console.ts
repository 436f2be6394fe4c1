import { performance } from 'node:perf_hooks';
import { type Console, createConsole } from '../../console/console.ts';
import { type Listening, listen } from '../../console/http/server.ts';
import { Reader } from '../../console/reader/client.ts';
import type { Tally } from '../../console/series.ts';
import type { ConsoleSettings } from '../../core/settings.ts';
import type { DaemonOptions } from '../daemon-options.ts';
import type { LiveFeed } from '../live-feed.ts';
import type { Setup } from '../setup.ts';
import { type StatusParts, statusOf } from '../status.ts';
import { consoleActions } from './actions.ts';
import { consoleSource } from './source.ts';
import { createSteering } from './steering/steering.ts';
import { silenceTrials } from './trials.ts';
import { writerOf } from './writer.ts';

/** What a console shows, and by which it acts. */
export interface OpenConsoleParts {
  readonly settings: ConsoleSettings;
  readonly options: Pick<DaemonOptions, 'log' | 'scrubber' | 'paths' | 'console'>;
  readonly status: StatusParts;
  readonly tally: Tally;
  readonly live: Pick<LiveFeed, 'watch' | 'board'>;
  /** What is in force. */
  readonly setup: () => Setup;
  /** What was in force before the last reload; undefined where there was none. */
  readonly setupBefore: () => Setup | undefined;
}

/** A search ends by itself before this. */
const LONGEST_ANSWER_MS = 5000;

/**
 * Opens a console. Only who opens one loads this, since its libraries take time to load.
 * @returns the port that it listens on, if it does on one, and what closes it.
 * @throws an error with a reason in words where it cannot be opened.
 */
export async function openConsole(parts: OpenConsoleParts): Promise<Listening> {
  const { settings, options, status, tally, live, setup, setupBefore } = parts;
  const { log, scrubber, paths } = options;
  const { clock, database, reloading, troubles } = status;
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
  const source = consoleSource({
    reader,
    searcher,
    status: (backlog) => statusOf(status, backlog),
    tally,
    live,
    setup,
    scrubber,
    clock,
  });
  const actions = consoleActions({
    apply: writerOf(outbox),
    trySilence: silenceTrials(paths, clock),
    reader: searcher,
    setup,
    reloading,
    clock,
  });
  const inForceSince = () => reloading().inForceSince;
  const steering = createSteering({ paths, setup, setupBefore, inForceSince, clock });
  const { ticket, actsBelow } = options.console ?? {};
  const app = createConsole({
    settings,
    source,
    actions,
    steering,
    clock,
    log,
    ticket,
    actsBelow,
    busyShare: busySince(),
  });
  const server = await listenOr(parts, app);
  // Its process starts now, so that the first page need not wait for that.
  void reader.ask('integrations').catch(() => undefined);
  return {
    port: server.port,
    close() {
      app.close();
      server.close();
      reader.release();
      searcher.release();
    },
  };
}

/** Says which share of the time the event loop was busy since it was asked last. */
function busySince(): () => number {
  let last = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, last);
    last = now;
    return utilization;
  };
}

/** Listens on the port that is wanted; where it is taken and any will do, on one that is free. */
async function listenOr({ settings, options }: OpenConsoleParts, app: Console): Promise<Listening> {
  const { listen: place, mode } = settings;
  try {
    return await listen(place, mode, app);
  } catch (error) {
    const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
    if (!isTaken || options.console === undefined || place.kind === 'socket') throw error;
    return listen({ ...place, port: 0 }, mode, app);
  }
}
