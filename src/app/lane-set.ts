import type { Destination, LaneHttp } from '../core/destination.ts';
import type { LaneObserver } from '../core/lane-observer.ts';
import type { LaneIdentity, LaneRecord } from '../core/outbox.ts';
import type { LaneReportState } from '../core/status.ts';
import { MANAGER, managerIntegration } from '../destinations/manager/index.ts';
import { Lane } from '../lanes/lane.ts';
import type { LaneParts } from '../lanes/lane-parts.ts';
import { ManagerFollowUps } from '../lanes/manager-follow-ups.ts';
import { OutboxGuard } from '../lanes/outbox-guard.ts';
import { ParkedLane } from '../lanes/parked-lane.ts';
import { reportResumption } from '../lanes/resumption.ts';
import type { Route } from '../routing/stage.ts';
import { laneIdentity } from './lane-identity.ts';
import { LaneTurns, turnsOn } from './lane-turns.ts';
import { measuredContext } from './measured-lane.ts';
import { routeOf } from './route-of.ts';
import { type Entry, type RunningLane, stopLane } from './running-lane.ts';
import type { StatusParts } from './status.ts';

/** What all lanes share. */
export type SharedParts = Omit<
  LaneParts,
  'integration' | 'destination' | 'record' | 'followUps' | 'observer' | 'context' | 'turns'
> & {
  readonly context: Omit<LaneParts['context'], 'http'> & {
    /** Each lane gets a client of its own. */
    readonly http: LaneHttp;
  };
  readonly observe?: (entry: Entry) => LaneObserver;
  /** What the environment says about the network: a lane that is parked is tried when it changes. */
  readonly network?: string | undefined;
};

/**
 * How long after its own time limit an attempt of a lane that was changed is left alone: a script is
 * killed, then its output is read.
 */
const LATE_MS = 15_000;
/** The longest time limit that a destination gives itself, where none is configured. */
const LONGEST_DEFAULT_MS = 60_000;

/**
 * The lanes of the daemon: one for each integration that delivers or waits until it can, and one
 * back to the manager.
 */
export class LaneSet {
  readonly #shared: SharedParts;
  /** Brings events back; undefined when they must not go back. */
  readonly #manager: Destination | undefined;
  readonly #followUps: ManagerFollowUps;
  readonly #turns = new LaneTurns();
  #running = new Map<number, RunningLane>();
  #disabled: readonly string[] = [];
  /** Lanes whose integration was changed or removed, ending in the background. */
  readonly #retiring = new Set<RunningLane>();

  constructor(shared: SharedParts, manager: Destination | undefined) {
    this.#shared = shared;
    this.#manager = manager;
    this.#followUps = new ManagerFollowUps({
      manager: () => this.#find((running) => running.integration.id === MANAGER),
      lane: (id) =>
        this.#find(({ integration, destination }) => {
          return integration.id === id && destination.enriches !== true;
        }),
      wake: (lanes) => this.wake(lanes),
    });
  }

  /**
   * Makes the lanes what the configuration says; unchanged ones are left alone, but where they are
   * parked, they try again.
   * @param disabled ids of integrations that have no lane.
   * @throws when the outbox fails; then nothing has changed.
   */
  apply(routed: readonly Entry[], disabled: readonly string[] = []): Route[] {
    const entries: Entry[] = [...routed];
    const enriches = routed.some(({ destination }) => destination.enriches === true);
    if (enriches && this.#manager !== undefined) {
      entries.push({ integration: managerIntegration(), destination: this.#manager });
    }
    const { clock, network } = this.#shared;
    const identities = entries.map((entry) => laneIdentity(entry, clock.now(), network));
    const records = this.#shared.outbox.assignLanes(identities, clock.now());
    const next = new Map<number, RunningLane>();
    const routes: Route[] = [];
    for (const [position, entry] of entries.entries()) {
      const { integrationId, settings } = identities[position] as LaneIdentity;
      const record = records.get(integrationId) as LaneRecord;
      const current = this.#running.get(record.id);
      const isUnchanged =
        current?.settings === settings &&
        current.integration.id === integrationId &&
        // A script that overrides a built-in destination may have been added or removed.
        current.destination.name === entry.destination.name &&
        current.turnsOn === turnsOn(entry) &&
        current.unusable?.reason === entry.unusable?.reason;
      const running = isUnchanged
        ? current
        : { ...entry, settings, turnsOn: turnsOn(entry), ...this.#create(entry, record) };
      next.set(record.id, running);
      if (integrationId === MANAGER) continue;
      // No lane is a new one because its conditions have changed.
      const { integration, destination } = running;
      routes.push({ ...routeOf({ ...entry, integration, destination }), lane: record.id });
    }
    this.#disabled = disabled;
    this.#turns.setPlaces(entries);
    const before = this.#running;
    this.#running = next;
    for (const [id, running] of before) {
      if (next.get(id) === running) running.lane.probe();
      else this.#retire(running);
    }
    for (const { lane } of next.values()) lane.wake();
    return routes;
  }

  /** The lanes that no alerts are read for, with their integrations: those back to the manager. */
  get unread(): ReadonlyMap<number, string> {
    const lane = this.#find(({ integration }) => integration.id === MANAGER);
    return new Map(lane === undefined ? [] : [[lane, MANAGER]]);
  }

  /** The lanes that people read, with their integrations: these are told what we do ourselves. */
  get told(): ReadonlyMap<number, string> {
    const people = [...this.#running].filter(([, { integration, destination }]) => {
      return integration.id !== MANAGER && destination.enriches !== true;
    });
    return new Map(people.map(([lane, { integration }]) => [lane, integration.id]));
  }

  /** What each lane does at the moment, by its integration. */
  *states(): Iterable<[integration: string, state: LaneReportState]> {
    for (const { id, state } of this.reports()) yield [id, state];
  }

  /** The integrations that have lanes. */
  get entries(): Iterable<Entry> {
    return this.#running.values();
  }

  /** The states, with what a report needs besides. */
  *reports(): ReturnType<StatusParts['lanes']> {
    const { outbox } = this.#shared;
    for (const [lane, { integration, lane: its, unusable }] of this.#running) {
      const state = its.state === 'working' && outbox.inStorm(lane) ? 'storm' : its.state;
      yield { id: integration.id, state, lane, cannotRun: unusable?.reason };
    }
    for (const id of this.#disabled) {
      const cannotRun = 'its name leads nowhere: check says why';
      yield { id, state: 'not_running', lane: undefined, cannotRun };
    }
  }

  /** True where a lane delivers for an integration. */
  delivers(integration: string): boolean {
    return (
      this.#find((one) => one.integration.id === integration && one.lane instanceof Lane) !==
      undefined
    );
  }

  /** The integration of a running lane. */
  integrationOf(lane: number): string | undefined {
    return this.#running.get(lane)?.integration.id;
  }

  /** Signals that there is something new for these lanes. */
  wake(lanes: ReadonlySet<number>): void {
    for (const lane of lanes) this.#running.get(lane)?.lane.wake();
  }

  /** Takes over what another process changed in the outbox. */
  refresh(): void {
    for (const [id, { lane }] of this.#running) {
      const record = this.#shared.outbox.lane(id);
      if (record !== undefined) lane.refresh(record);
    }
  }

  /** The clock was set. */
  clockJumped(): void {
    for (const { lane } of this.#running.values()) lane.clockJumped();
  }

  /** How many attempts are under way. */
  get inFlight(): number {
    return this.#all().reduce((count, { lane }) => count + lane.inFlight, 0);
  }

  /** Lets what is in flight finish within so many milliseconds, or hands it back. */
  async stop(graceMs: number): Promise<void> {
    const left: number[] = [];
    const giveBack = (ids: readonly number[]) => left.push(...ids);
    await Promise.all(this.#all().map((running) => stopLane(running, graceMs, giveBack)));
    // Together: hundreds of transactions would take the time that is left.
    if (left.length > 0) this.#guard(MANAGER).ask('release', (outbox) => outbox.release(left));
  }

  #all(): RunningLane[] {
    return [...this.#running.values(), ...this.#retiring];
  }

  #find(matches: (running: RunningLane) => boolean): number | undefined {
    for (const [id, running] of this.#running) if (matches(running)) return id;
    return undefined;
  }

  #create(entry: Entry, record: LaneRecord): Pick<RunningLane, 'lane' | 'http'> {
    const { integration, destination, unusable } = entry;
    const { log, outbox, clock, context } = this.#shared;
    const observer = this.#shared.observe?.(entry);
    if (unusable !== undefined) {
      log.error('integration cannot run; its alerts wait until it is fixed', {
        integration: integration.id,
        cause: unusable.reason,
      });
      const canRun = entry.canRun ?? (() => false);
      const onFixed = () => this.#resume(record.id);
      const parts = { integration, record, outbox, clock, log, observer, canRun, onFixed };
      return { lane: new ParkedLane(parts) };
    }
    if (integration.id !== MANAGER)
      log.info('integration enabled', { integration: integration.id });
    if (record.isResumed === true) this.#reportResumed(integration.id, record.id);
    const http = context.http.forLane(
      integration.id,
      integration.settings.concurrency ?? destination.concurrency,
    );
    const followUps = this.#followUps;
    const before =
      this.#running.get(record.id) ??
      [...this.#retiring].findLast(({ lane }) => lane.id === record.id);
    const predecessor = before?.lane instanceof Lane ? before.lane : undefined;
    const turns = this.#turns.of(entry);
    const own = { integration, destination, record, followUps, observer, turns };
    const measured = measuredContext({ ...context, http }, observer);
    const parts = { ...this.#shared, ...own, context: measured };
    return { lane: new Lane(parts, predecessor), http };
  }

  /** What kept an integration from running is there now. */
  #resume(id: number): void {
    const running = this.#running.get(id);
    if (running === undefined) return;
    const guard = this.#guard(running.integration.id);
    const stored = guard.ask('unpark', (outbox) => {
      outbox.unpark(id);
      return outbox.lane(id);
    });
    const record = {
      id,
      bucket: undefined,
      ...stored?.answer,
      parking: undefined,
      isResumed: true,
    };
    const { unusable: _, ...entry } = running;
    const created = this.#create(entry, record);
    this.#running.set(id, { ...entry, turnsOn: turnsOn(entry), ...created });
    this.#turns.setPlaces(this.#running.values());
    created.lane.wake();
  }

  #reportResumed(integration: string, lane: number): void {
    const guard = this.#guard(integration);
    if (guard.ask('count', (outbox) => outbox.waiting(lane))?.answer.count === 0) return;
    reportResumption('integration can run again; its alerts are delivered now', {
      lane,
      integration,
      outbox: guard,
      log: this.#shared.log,
    });
  }

  #guard(integration: string): OutboxGuard {
    const { outbox, log } = this.#shared;
    return new OutboxGuard(outbox, log, integration);
  }

  /** Ends a lane. This is no stop of the daemon, so that its attempts may take their whole time. */
  #retire(running: RunningLane): void {
    this.#retiring.add(running);
    const limitMs = Math.max(running.integration.timeout * 1000, LONGEST_DEFAULT_MS);
    void stopLane(running, limitMs + LATE_MS).finally(() => this.#retiring.delete(running));
  }
}
