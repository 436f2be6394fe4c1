import { type Clock, systemClock } from '../core/clock.ts';
import { DAY_MS } from '../core/durations.ts';
import type { LaneState } from '../core/lane-observer.ts';
import type { Log } from '../core/log.ts';
import type { Outbox } from '../core/outbox.ts';
import { OutboxTroubles } from '../core/outbox-troubles.ts';
import { quotaOver } from '../core/quota.ts';
import type { Source } from '../core/source.ts';
import { Intake } from '../intake/intake.ts';
import { FailurePace } from '../lanes/failure-pace.ts';
import { GroupCommit } from '../lanes/group-commit.ts';
import { LargeGate } from '../lanes/large-gate.ts';
import { Configurations } from '../outbox/configurations.ts';
import { DiskSpace } from '../outbox/disk-space.ts';
import { SqliteAnswerCache, SqliteQuotaStore } from '../outbox/enrichment-store.ts';
import { Purge } from '../outbox/purge.ts';
import { SqliteStatistics } from '../outbox/statistics.ts';
import { Router } from '../routing/router.ts';
import { FILE_SOURCE, FileSource } from '../sources/file/file-source.ts';
import { measuredOutbox } from '../telemetry/measured-outbox.ts';
import { Metrics } from '../telemetry/metrics.ts';
import { ProgramMetrics } from '../telemetry/program-metrics.ts';
import type { DaemonOptions } from './daemon-options.ts';
import { DiskRoom } from './disk-room.ts';
import { garbageCollector, tuneHeap } from './heap.ts';
import { LaneSet } from './lane-set.ts';
import { warnOfLittleMemory } from './memory-limit.ts';
import { networkFingerprint } from './network-environment.ts';
import { type OpenOutbox, type OpenParts, openOutbox, whenUsable } from './open-outbox.ts';
import { OutboxWatch } from './outbox-watch.ts';
import { reinjection } from './reinjection.ts';
import { type Refusal, Reloading, report } from './reloading.ts';
import { Retention } from './retention.ts';
import { routingRecord } from './routing-record.ts';
import { enabledIntegrations, readSetup, routedIntegrations, type Setup } from './setup.ts';
import { type StartFailure, whyNotStart } from './start-failure.ts';
import { createTransports, type Transports } from './transports.ts';

/**
 * The composition root: reads the configuration, opens the outbox and the sources, gives every
 * integration its lane, and connects them.
 */
export class Daemon {
  readonly #options: DaemonOptions;
  readonly #clock: Clock = systemClock;
  readonly #state: OpenOutbox;
  readonly #outbox: Outbox;
  /** All numbers of the daemon. */
  readonly metrics = new Metrics();
  readonly #measured: ProgramMetrics;
  /** Configured integrations that have no lane: their names lead nowhere. */
  #disabled: readonly string[] = [];
  #scriptEnvironment: NodeJS.ProcessEnv;
  readonly #configurations: Configurations;
  readonly #retention: Retention;
  readonly #diskRoom: DiskRoom;
  readonly #groupCommit: GroupCommit;
  readonly #transports: Transports;
  readonly #lanes: LaneSet;
  readonly #watch: OutboxWatch;
  readonly #sources: readonly Source[];
  readonly #stopReading = new AbortController();
  readonly #intake: Intake;
  readonly #reloading: Reloading;
  #reading: Promise<void> | undefined;

  /**
   * Starts the daemon; when this resolves it is reading. Waits while the outbox cannot be used for a
   * reason that may pass, such as a full disk.
   * @throws OutboxError when it cannot be used for another reason.
   */
  static async start(options: DaemonOptions): Promise<Daemon | StartFailure> {
    tuneHeap();
    const { paths, env, debug, log, scrubber, stop } = options;
    warnOfLittleMemory(log);
    const troubles = new OutboxTroubles(systemClock, log);
    const waiting: OpenParts = { clock: systemClock, troubles, stop };
    let setup = readSetup(paths, env, { debug });
    scrubber.learn(setup.secrets);
    const failure = whyNotStart(setup);
    if (failure !== undefined) {
      reportDiagnostics(setup, log);
      return failure;
    }
    const state = await openOutbox(paths.state, waiting);
    if (state === undefined) return { kind: 'stopped' };
    if (troubles.has()) {
      // It has waited, maybe for hours.
      const newer = readSetup(paths, env, { debug });
      scrubber.learn(newer.secrets);
      if (whyNotStart(newer) === undefined) setup = newer;
    }
    const daemon = new Daemon(options, setup, state, troubles);
    options.onSetup?.(setup);
    reportDiagnostics(setup, log);
    if (await daemon.#run(setup, waiting)) return daemon;
    await daemon.stop(0);
    return { kind: 'stopped' };
  }

  private constructor(
    options: DaemonOptions,
    setup: Setup,
    state: OpenOutbox,
    troubles: OutboxTroubles,
  ) {
    const { paths, log } = options;
    const { settings } = setup;
    const { database } = state;
    this.#options = options;
    this.#state = state;
    this.#scriptEnvironment = setup.scriptEnvironment;
    this.#configurations = new Configurations(database);
    const space = new Purge(database);
    this.#retention = new Retention(space, settings.outbox, this.#clock, log);
    this.#diskRoom = new DiskRoom({
      space,
      disk: new DiskSpace(database),
      reserve: state.reserve,
      troubles,
      clock: this.#clock,
      log,
    });
    this.#measured = new ProgramMetrics(this.metrics, this.#clock, {
      statistics: new SqliteStatistics(database),
      source: { status: () => alertFile.status() },
      usedBytes: () => space.usedBytes(),
      limitBytes: settings.outbox.maxBytes,
      laneStates: () => this.#laneStates(),
      integrationOf: (lane) => this.#lanes.integrationOf(lane),
    });
    state.outbox.onHeld = (lane, verdict) => this.#measured.held(lane, verdict);
    this.#outbox = measuredOutbox(state.outbox, this.#measured, this.#clock);
    this.#transports = createTransports(paths, this.#clock, {
      log,
      environment: () => this.#scriptEnvironment,
    });
    this.#groupCommit = new GroupCommit(this.#outbox, this.#clock);
    this.#lanes = new LaneSet(
      {
        outbox: this.#outbox,
        groupCommit: this.#groupCommit,
        context: {
          ...this.#transports,
          cache: new SqliteAnswerCache(database, this.#clock),
          quota: quotaOver(new SqliteQuotaStore(database), this.#clock),
        },
        large: {
          gate: new LargeGate(this.#clock, garbageCollector()),
          spool: this.#transports.spool,
        },
        pace: new FailurePace(this.#clock),
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
      lanes: this.#lanes,
      reading: { refresh: () => this.#intake.refresh() },
      files: state.files,
      probe: () => database.probe(),
      troubles,
      clock: this.#clock,
      log,
    });
    const { lookBackDays, lookBackFiles, lookBackBytes } = settings.reading;
    const alertFile = new FileSource({
      path: paths.alerts,
      checkpoint: this.#outbox.checkpoint(FILE_SOURCE),
      fromStart: options.fromStart,
      clock: this.#clock,
      log,
      lookBack: {
        maxAgeMs: lookBackDays * DAY_MS,
        maxFiles: lookBackFiles,
        maxBytes: lookBackBytes,
      },
    });
    this.#sources = [alertFile];
    this.#intake = new Intake(
      {
        sources: this.#sources,
        outbox: this.#diskRoom.guard(this.#outbox),
        clock: this.#clock,
        log,
        poolBytes: () => this.#retention.poolBytes(),
        wake: (lanes) => this.#lanes.wake(lanes),
        onSkip: (integration, verdict) => this.#measured.heldBack(integration, verdict),
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

  /** How many attempts are under way. */
  get inFlight(): number {
    return this.#lanes.inFlight;
  }

  /**
   * Stops reading, lets what is in flight finish or hands it back, and closes everything.
   * @param graceMs how long attempts may go on.
   */
  async stop(graceMs: number): Promise<void> {
    this.#reloading.stop();
    this.#watch.stop();
    this.#retention.stop();
    this.#diskRoom.stop();
    this.#stopReading.abort();
    // At the same time: what keeps reading waiting must not take the time of the attempts.
    await Promise.all([this.#endReading(), this.#lanes.stop(graceMs)]);
    await this.#transports.close();
    this.#groupCommit.close();
    this.#state.database.close();
    this.#state.files.lock.release();
  }

  async #endReading(): Promise<void> {
    await this.#reading;
    await Promise.all(this.#sources.map((source) => source.close()));
  }

  /** True once it is reading; false when it was stopped while it waited for the outbox. */
  async #run(setup: Setup, waiting: OpenParts): Promise<boolean> {
    const { log, paths } = this.#options;
    this.#measured.configured(true, setup.diagnostics.length);
    this.#diskRoom.start();
    this.#watch.start();
    await whenUsable(waiting, () => this.#apply(setup));
    // Stored at once: if we die before the first alert, it is still known where we began.
    const begins = await Promise.all(this.#sources.map((source) => source.start()));
    await whenUsable(waiting, () => {
      for (const begin of begins) if (begin !== undefined) this.#outbox.saveCheckpoint(begin);
    });
    if (waiting.stop?.aborted === true) return false;
    this.#reading = this.#intake.run(this.#stopReading.signal);
    this.#retention.start();
    log.info('ready', { integrations: enabledIntegrations(setup).length, alerts: paths.alerts });
    void this.#transports.warmUp().then(() => this.metrics.load());
    return true;
  }

  #readAgain(): Setup {
    const { paths, env, debug, scrubber } = this.#options;
    const setup = readSetup(paths, env, { debug });
    scrubber.learn(setup.secrets);
    return setup;
  }

  /** Only the outbox can fail here, and it does so before anything has changed. */
  #apply(setup: Setup): void {
    this.#configurations.inForce(routingRecord(setup), this.#clock.now());
    const routes = this.#lanes.apply(routedIntegrations(setup));
    this.#intake.use(new Router(routes), this.#lanes.unread);
    this.#scriptEnvironment = setup.scriptEnvironment;
    this.#disabled = setup.integrations
      .filter(({ destination }) => destination === undefined)
      .map(({ integration }) => integration.id);
  }

  *#laneStates(): Iterable<readonly [integration: string, state: LaneState]> {
    yield* this.#lanes.states();
    for (const integration of this.#disabled) yield [integration, 'not_running'];
  }
}

function reportDiagnostics({ diagnostics }: Setup, log: Log): void {
  for (const diagnostic of diagnostics) report(diagnostic, log);
}
