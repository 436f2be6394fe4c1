import { type Clock, systemClock } from '../core/clock.ts';
import type { Outbox } from '../core/outbox.ts';
import type { OutboxTroubles } from '../core/outbox-troubles.ts';
import type { Source } from '../core/source.ts';
import { Intake } from '../intake/intake.ts';
import { GroupCommit } from '../lanes/group-commit.ts';
import { Configurations } from '../outbox/configurations.ts';
import { DiskSpace } from '../outbox/disk-space.ts';
import { Purge } from '../outbox/purge.ts';
import { Silences } from '../outbox/silences.ts';
import { Router } from '../routing/router.ts';
import { Quiet } from '../silences/quiet.ts';
import { measuredOutbox } from '../telemetry/measured-outbox.ts';
import { Affairs } from './affairs.ts';
import { alertFileSource } from './alert-file.ts';
import { ConsoleDoor } from './console/console-door.ts';
import type { DaemonOptions } from './daemon-options.ts';
import { DiskRoom } from './disk-room.ts';
import { LaneSet } from './lane-set.ts';
import { LiveFeed } from './live-feed.ts';
import { type Measuring, measure } from './measuring.ts';
import { type OpenOutbox, type OpenParts, whenUsable } from './open-outbox.ts';
import { OutboxWatch } from './outbox-watch.ts';
import { prepare, readAgain } from './prepare.ts';
import { reinjection } from './reinjection.ts';
import { type Refusal, Reloading, reportAll } from './reloading.ts';
import { Retention } from './retention.ts';
import { routingRecord } from './routing-record.ts';
import { disabledIds, enabledIntegrations, routedIntegrations, type Setup } from './setup.ts';
import { sharedLaneParts } from './shared-lane-parts.ts';
import { SilenceKeeper } from './silence-keeper.ts';
import type { StartFailure } from './start-failure.ts';
import { type StatusParts, sourceReport, statusOf } from './status.ts';
import { createTransports, type Transports } from './transports.ts';

/**
 * The composition root: reads the configuration, opens the outbox and the sources, gives every
 * integration its lane, and connects them.
 */
export class Daemon {
  readonly #options: DaemonOptions;
  readonly #clock: Clock = systemClock;
  readonly #live = new LiveFeed(this.#clock);
  readonly #state: OpenOutbox;
  readonly #outbox: Outbox;
  /** All of its numbers. */
  readonly measuring: Measuring;
  #scriptEnvironment: NodeJS.ProcessEnv;
  readonly #configurations: Configurations;
  readonly #retention: Retention;
  readonly #diskRoom: DiskRoom;
  readonly #groupCommit: GroupCommit;
  readonly #transports: Transports;
  readonly #lanes: LaneSet;
  readonly #silences: SilenceKeeper;
  readonly #watch: OutboxWatch;
  readonly #sources: readonly Source[];
  readonly #stopReading = new AbortController();
  readonly #intake: Intake;
  readonly #statusParts: StatusParts;
  readonly #reloading: Reloading;
  #reading: Promise<void> | undefined;
  #affairs: Affairs | undefined;
  readonly #console: ConsoleDoor;

  /**
   * Starts the daemon; when this resolves it is reading. Waits while the outbox cannot be used for a
   * reason that may pass, such as a full disk.
   * @throws OutboxError when it cannot be used for another reason.
   */
  static async start(options: DaemonOptions): Promise<Daemon | StartFailure> {
    const { log } = options;
    const prepared = await prepare(options);
    if ('kind' in prepared) return prepared;
    const { setup, state, troubles, waiting } = prepared;
    const daemon = new Daemon(options, setup, state, troubles);
    options.onSetup?.(setup);
    reportAll(setup, log);
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
    this.measuring = measure({
      state,
      usedBytes: () => space.usedBytes(),
      limitBytes: settings.outbox.maxBytes,
      alertFile: () => alertFile,
      lanes: () => this.#lanes,
      silences: () => this.#silences,
      live: this.#live,
      clock: this.#clock,
      log,
    });
    this.#outbox = measuredOutbox(state.outbox, this.measuring.program, this.#clock);
    this.#transports = createTransports(paths, this.#clock, {
      log,
      environment: () => this.#scriptEnvironment,
    });
    this.#groupCommit = new GroupCommit(this.#outbox, this.#clock);
    this.#lanes = new LaneSet(
      sharedLaneParts({
        options,
        database,
        outbox: this.#outbox,
        groupCommit: this.#groupCommit,
        transports: this.#transports,
        clock: this.#clock,
        observe: (entry) => {
          return this.#console.observer(entry.integration.id, this.measuring.observe(entry));
        },
        onSettled: this.#live.settled,
      }),
      reinjection(options.reinject, paths, this.#transports),
    );
    this.#silences = new SilenceKeeper({
      silences: new Silences(database),
      clock: this.#clock,
      log,
      lanes: () => this.#lanes.told,
      wake: (lanes) => this.#lanes.wake(lanes),
    });
    this.#watch = new OutboxWatch({
      outbox: this.#outbox,
      lanes: this.#lanes,
      silences: this.#silences,
      reading: { refresh: () => this.#intake.refresh() },
      files: state.files,
      probe: () => database.probe(),
      troubles,
      onDropped: (dropped) => this.measuring.program.dropped(dropped),
      clock: this.#clock,
      log,
    });
    const alertFile = alertFileSource({
      path: paths.alerts,
      outbox: this.#outbox,
      fromStart: options.fromStart,
      limits: settings.reading,
      clock: this.#clock,
      log,
    });
    this.#sources = [alertFile];
    const startedAt = this.#clock.now();
    this.#statusParts = {
      clock: this.#clock,
      mode: options.mode ?? 'beside',
      startedAt,
      configFile: paths.config,
      database,
      limitBytes: settings.outbox.maxBytes,
      outbox: this.#outbox,
      troubles,
      sources: () => [sourceReport(alertFile, startedAt, this.#clock.now())],
      lanes: () => this.#lanes.reports(),
      reloading: () => this.#reloading,
    };
    this.#console = new ConsoleDoor(options, this.#statusParts, this.#live);
    this.#intake = new Intake(
      {
        sources: this.#sources,
        outbox: this.#diskRoom.guard(this.#outbox),
        clock: this.#clock,
        log,
        poolBytes: () => this.#retention.poolBytes(),
        wake: (lanes) => this.#lanes.wake(lanes),
        onSkip: (integration, verdict, facts) => {
          this.measuring.program.heldBack(integration, verdict);
          this.#live.refused(integration, verdict, facts);
        },
      },
      new Router([]),
    );
    this.#reloading = new Reloading(setup, {
      file: paths.config,
      clock: this.#clock,
      log,
      read: () => readAgain(options),
      apply: (next) => {
        this.#apply(next);
        options.onSetup?.(next);
      },
      delivers: (integration) => this.#lanes.delivers(integration),
      onReload: (isAccepted, count) => this.measuring.program.configured(isAccepted, count),
    });
  }

  /** Reads the configuration again. One that makes anything worse is reported and the old one stays. */
  reload(): void {
    this.#reloading.reload();
  }

  /** How it is doing. */
  get status() {
    return statusOf(this.#statusParts);
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
    this.#affairs?.close();
    this.#console.stop();
    this.#watch.stop();
    this.#retention.stop();
    this.#diskRoom.stop();
    this.#stopReading.abort();
    // At the same time: what keeps reading waiting must not take the time of the attempts.
    await Promise.all([this.#endReading(), this.#lanes.stop(graceMs), this.measuring.stop()]);
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
    this.measuring.program.configured(true, setup.diagnostics.length);
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
    this.#affairs = await Affairs.start({
      ...this.#statusParts,
      paths,
      log,
      lanes: this.#lanes,
      reloading: this.#reloading,
      live: this.#live,
      status: () => this.status,
      metrics: () => this.measuring.metrics.text(),
      limitBytes: setup.settings.outbox.maxBytes,
    });
    log.info('ready', { integrations: enabledIntegrations(setup).length, alerts: paths.alerts });
    void this.#transports.warmUp().then(() => this.measuring.warmUp());
    return true;
  }

  /** Only the outbox can fail here, and it does so before anything has changed. */
  #apply(setup: Setup): void {
    this.#configurations.inForce(routingRecord(setup), this.#clock.now());
    this.#silences.load({ quiet: setup.quiet, times: setup.times.times });
    const routes = this.#lanes.apply(routedIntegrations(setup), disabledIds(setup));
    const quiet = new Quiet(setup.quiet, this.#silences);
    this.#intake.use(new Router(routes, this.#clock, quiet), this.#lanes.unread);
    this.#scriptEnvironment = setup.scriptEnvironment;
    this.measuring.expose(setup.settings.metrics);
    this.#console.use(setup);
    this.#affairs?.use(setup);
  }
}
