import { type Clock, systemClock } from '../core/clock.ts';
import { DAY_MS } from '../core/durations.ts';
import type { LaneState } from '../core/lane-observer.ts';
import type { Log } from '../core/log.ts';
import type { Outbox } from '../core/outbox.ts';
import type { Paths } from '../core/paths.ts';
import { quotaOver } from '../core/quota.ts';
import type { Scrubber } from '../core/secret.ts';
import type { Source } from '../core/source.ts';
import { Intake } from '../intake/intake.ts';
import { GroupCommit } from '../lanes/group-commit.ts';
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
import { tuneHeap } from './heap.ts';
import { LaneSet } from './lane-set.ts';
import { networkFingerprint } from './network-environment.ts';
import { OutboxWatch } from './outbox-watch.ts';
import { type Reinject, reinjection } from './reinjection.ts';
import { type Refusal, Reloading, report } from './reloading.ts';
import { Retention } from './retention.ts';
import { enabledIntegrations, readSetup, routedIntegrations, type Setup } from './setup.ts';
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
  /** Configured integrations that have no lane: their names lead nowhere. */
  #disabled: readonly string[] = [];
  readonly #retention: Retention;
  readonly #transports: Transports;
  readonly #lanes: LaneSet;
  readonly #watch: OutboxWatch;
  readonly #sources: readonly Source[];
  readonly #stopReading = new AbortController();
  readonly #intake: Intake;
  readonly #reloading: Reloading;
  #reading: Promise<void> | undefined;

  /**
   * Starts the daemon; when this resolves it is reading.
   * @throws StateError when the state directory cannot be used.
   */
  static async start(options: DaemonOptions): Promise<Daemon | StartFailure> {
    tuneHeap();
    const setup = readSetup(options.paths, options.env);
    options.scrubber.learn(setup.secrets);
    const failure = whyNotStart(setup);
    if (failure !== undefined) {
      reportDiagnostics(setup, options.log);
      return failure;
    }
    const daemon = new Daemon(options, setup);
    options.onSetup?.(setup);
    reportDiagnostics(setup, options.log);
    await daemon.#run(setup);
    return daemon;
  }

  private constructor(options: DaemonOptions, setup: Setup) {
    const { paths, log } = options;
    const { settings } = setup;
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
        clock: this.#clock,
        log,
        scrubber: options.scrubber,
        observe: (integration) => this.#measured.lane(integration),
        network: networkFingerprint(options.env),
      },
      reinjection(options.reinject, paths, this.#transports),
    );
    this.#watch = new OutboxWatch({
      outbox: this.#outbox,
      lanes: {
        refresh: () => {
          this.#lanes.refresh();
          this.#intake.refresh();
        },
        clockJumped: () => this.#lanes.clockJumped(),
      },
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
        poolBytes: () => this.#retention.poolBytes(),
        wake: (lanes) => this.#lanes.wake(lanes),
        onSkip: (integration) => this.#measured.skipped(integration),
      },
      new Router([]),
    );
    this.#reloading = new Reloading(setup, {
      file: paths.config,
      clock: this.#clock,
      log,
      read: () => this.#readAgain(),
      apply: (next) => {
        this.#apply(next);
        options.onSetup?.(next);
      },
      delivers: (integration) => this.#lanes.delivers(integration),
      onReload: (isAccepted, count) => this.#measured.configured(isAccepted, count),
    });
  }

  /** Reads the configuration again. One that makes anything worse is reported and the old one stays. */
  reload(): void {
    this.#reloading.reload();
  }

  /** Why the configuration in force is not that of the files; undefined when it is. */
  get refusal(): Refusal | undefined {
    return this.#reloading.refusal;
  }

  /** Stops reading, lets what is in flight finish or hands it back, and closes everything. */
  async stop(): Promise<void> {
    this.#reloading.stop();
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

  #readAgain(): Setup {
    const { paths, env, scrubber } = this.#options;
    const setup = readSetup(paths, env);
    scrubber.learn(setup.secrets);
    return setup;
  }

  /** Only the outbox can fail here, and it does so before anything has changed. */
  #apply(setup: Setup): void {
    const routes = this.#lanes.apply(routedIntegrations(setup));
    this.#intake.use(new Router(routes), this.#lanes.unread);
    this.#disabled = setup.integrations
      .filter(({ destination }) => destination === undefined)
      .map(({ integration }) => integration.id);
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

function reportDiagnostics({ diagnostics }: Setup, log: Log): void {
  for (const diagnostic of diagnostics) report(diagnostic, log);
}
