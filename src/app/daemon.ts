import { type Clock, systemClock } from '../core/clock.ts';
import { formatDiagnostic } from '../core/diagnostic.ts';
import { DAY_MS } from '../core/durations.ts';
import type { LaneState } from '../core/lane-observer.ts';
import type { Log } from '../core/log.ts';
import type { Outbox } from '../core/outbox.ts';
import type { Paths } from '../core/paths.ts';
import { quotaOver } from '../core/quota.ts';
import type { Scrubber } from '../core/secret.ts';
import type { DaemonSettings } from '../core/settings.ts';
import type { Source } from '../core/source.ts';
import { Intake } from '../intake/intake.ts';
import { GroupCommit } from '../lanes/group-commit.ts';
import { LargeGate } from '../lanes/large-gate.ts';
import { type DaemonLock, lockStateDirectory } from '../outbox/daemon-lock.ts';
import type { Database } from '../outbox/database.ts';
import { SqliteAnswerCache, SqliteQuotaStore } from '../outbox/enrichment-store.ts';
import { Purge } from '../outbox/purge.ts';
import { SqliteOutbox } from '../outbox/sqlite-outbox.ts';
import { openOutboxDatabase } from '../outbox/state-directory.ts';
import { SqliteStatistics } from '../outbox/statistics.ts';
import { Router } from '../routing/router.ts';
import { FILE_SOURCE, FileSource } from '../sources/file/file-source.ts';
import { measuredOutbox } from '../telemetry/measured-outbox.ts';
import { Metrics } from '../telemetry/metrics.ts';
import { ProgramMetrics } from '../telemetry/program-metrics.ts';
import { garbageCollector, tuneHeap } from './heap.ts';
import { LaneSet } from './lane-set.ts';
import { warnOfLittleMemory } from './memory-limit.ts';
import { OutboxWatch } from './outbox-watch.ts';
import { type Reinject, reinjection } from './reinjection.ts';
import { Retention } from './retention.ts';
import { enabledIntegrations, readSetup, type Setup } from './setup.ts';
import { createTransports, type Transports } from './transports.ts';

export interface DaemonOptions {
  readonly paths: Paths;
  /** Without a checkpoint, begin at the start of the alert file instead of at its end. */
  readonly fromStart: boolean;
  readonly env: NodeJS.ProcessEnv;
  readonly log: Log;
  readonly scrubber: Scrubber;
  /** Where the events of enrichments go. */
  readonly reinject: Reinject;
  /** Called with the active setup, on start and after each reload. */
  readonly onSetup?: (setup: Setup) => void;
}

/** Why a daemon did not start. */
export type StartFailure =
  | { readonly kind: 'configuration' }
  /** No integration is configured: there is nothing to do. */
  | { readonly kind: 'nothing to do' };

/**
 * The composition root: reads the configuration, opens the outbox and the sources, gives every
 * integration its lane, and connects them.
 */
export class Daemon {
  readonly #options: DaemonOptions;
  readonly #clock: Clock = systemClock;
  readonly #lock: DaemonLock;
  readonly #database: Database;
  readonly #outbox: Outbox;
  /** All numbers of the daemon. */
  readonly metrics = new Metrics();
  readonly #measured: ProgramMetrics;
  /** Configured integrations that cannot deliver. */
  #disabled: readonly string[] = [];
  readonly #retention: Retention;
  readonly #transports: Transports;
  readonly #lanes: LaneSet;
  readonly #watch: OutboxWatch;
  readonly #sources: readonly Source[];
  readonly #stopReading = new AbortController();
  readonly #intake: Intake;
  #reading: Promise<void> | undefined;

  /**
   * Starts the daemon; when this resolves it is reading.
   * @throws StateError when the state directory cannot be used.
   */
  static async start(options: DaemonOptions): Promise<Daemon | StartFailure> {
    tuneHeap();
    warnOfLittleMemory(options.log);
    const setup = readSetup(options.paths, options.env);
    options.scrubber.learn(setup.secrets);
    const failure = whyNotStart(setup);
    if (failure !== undefined) {
      reportDiagnostics(setup, options.log);
      return failure;
    }
    const daemon = new Daemon(options, setup.settings);
    options.onSetup?.(setup);
    reportDiagnostics(setup, options.log);
    await daemon.#run(setup);
    return daemon;
  }

  private constructor(options: DaemonOptions, settings: DaemonSettings) {
    const { paths, log } = options;
    this.#options = options;
    this.#lock = lockStateDirectory(paths.state, new Date(this.#clock.now()));
    try {
      this.#database = openOutboxDatabase(paths.state);
    } catch (error) {
      this.#lock.release(); // so that it can be retried
      throw error;
    }
    const space = new Purge(this.#database);
    this.#retention = new Retention(space, settings.outbox, this.#clock, log);
    this.#measured = new ProgramMetrics(this.metrics, this.#clock, {
      statistics: new SqliteStatistics(this.#database),
      source: { status: () => alertFile.status() },
      usedBytes: () => space.usedBytes(),
      limitBytes: settings.outbox.maxBytes,
      laneStates: () => this.#laneStates(),
      integrationOf: (lane) => this.#lanes.integrationOf(lane),
    });
    this.#outbox = measuredOutbox(new SqliteOutbox(this.#database), this.#measured, this.#clock);
    this.#transports = createTransports(paths, this.#clock, { log });
    this.#lanes = new LaneSet(
      {
        outbox: this.#outbox,
        groupCommit: new GroupCommit(this.#outbox, this.#clock, log),
        context: {
          ...this.#transports,
          cache: new SqliteAnswerCache(this.#database, this.#clock),
          quota: quotaOver(new SqliteQuotaStore(this.#database), this.#clock),
        },
        large: {
          gate: new LargeGate(this.#clock, garbageCollector()),
          spool: this.#transports.spool,
        },
        clock: this.#clock,
        log,
        scrubber: options.scrubber,
        observe: (integration) => this.#measured.lane(integration),
      },
      reinjection(options.reinject, paths, this.#transports),
    );
    this.#watch = new OutboxWatch({
      outbox: this.#outbox,
      lanes: this.#lanes,
      clock: this.#clock,
      log,
    });
    const alertFile = new FileSource({
      path: paths.alerts,
      checkpoint: this.#outbox.checkpoint(FILE_SOURCE),
      fromStart: options.fromStart,
      clock: this.#clock,
      log,
      lookBack: {
        maxAgeMs: settings.reading.lookBackDays * DAY_MS,
        maxFiles: settings.reading.lookBackFiles,
        maxBytes: settings.reading.lookBackBytes,
      },
    });
    this.#sources = [alertFile];
    this.#intake = new Intake(
      {
        sources: this.#sources,
        outbox: this.#outbox,
        clock: this.#clock,
        log,
        hasRoom: () => this.#retention.hasRoom(),
        wake: (lanes) => this.#lanes.wake(lanes),
        onSkip: (integration) => this.#measured.skipped(integration),
      },
      new Router([]),
    );
  }

  /** Reads the configuration again. A broken one is reported and the old one stays. */
  reload(): void {
    const { paths, env, log, scrubber } = this.#options;
    const setup = readSetup(paths, env);
    scrubber.learn(setup.secrets);
    reportDiagnostics(setup, log);
    this.#measured.configured(!setup.fatal, setup.diagnostics.length);
    if (setup.fatal) {
      log.error('configuration is invalid; the previous one stays active', { file: paths.config });
      return;
    }
    this.#options.onSetup?.(setup);
    this.#apply(setup);
    log.info('configuration reloaded', { integrations: enabledIntegrations(setup).length });
  }

  /** Stops reading, lets what is in flight finish or hands it back, and closes everything. */
  async stop(): Promise<void> {
    this.#watch.stop();
    this.#retention.stop();
    this.#stopReading.abort();
    await this.#reading;
    await Promise.all(this.#sources.map((source) => source.close()));
    await this.#lanes.stop();
    await this.#transports.close();
    this.#database.close();
    this.#lock.release();
  }

  async #run(setup: Setup): Promise<void> {
    const { log, paths } = this.#options;
    this.#measured.configured(true, setup.diagnostics.length);
    this.#apply(setup);
    // Stored at once: if we die before the first alert, it is still known where we began.
    const begins = await Promise.all(this.#sources.map((source) => source.start()));
    for (const begin of begins) if (begin !== undefined) this.#outbox.saveCheckpoint(begin);
    this.#reading = this.#intake.run(this.#stopReading.signal);
    this.#watch.start();
    this.#retention.start();
    log.info('ready', { integrations: enabledIntegrations(setup).length, alerts: paths.alerts });
    void this.#transports.warmUp().then(() => this.metrics.load());
  }

  #apply(setup: Setup): void {
    const enabled = enabledIntegrations(setup);
    this.#intake.router = new Router(this.#lanes.apply(enabled));
    this.#disabled = setup.integrations
      .map(({ integration }) => integration.id)
      .filter((id) => !enabled.some(({ integration }) => integration.id === id));
  }

  *#laneStates(): Iterable<readonly [integration: string, state: LaneState]> {
    yield* this.#lanes.states();
    for (const integration of this.#disabled) yield [integration, 'not_running'];
  }
}

function whyNotStart(setup: Setup): StartFailure | undefined {
  if (setup.fatal) return { kind: 'configuration' };
  if (setup.integrations.length > 0) return undefined;
  const isBroken = setup.diagnostics.some((diagnostic) => diagnostic.severity === 'error');
  return { kind: isBroken ? 'configuration' : 'nothing to do' };
}

function reportDiagnostics(setup: Setup, log: Log): void {
  for (const diagnostic of setup.diagnostics) {
    const text = formatDiagnostic(diagnostic);
    if (diagnostic.severity === 'error') log.error(text);
    else log.warn(text);
  }
}
