import type { Destination } from '../core/destination.ts';
import type { Integration } from '../core/integration.ts';
import type { LaneObserver, LaneState } from '../core/lane-observer.ts';
import type { LaneIdentity, LaneRecord } from '../core/outbox.ts';
import { MANAGER, managerIntegration } from '../destinations/manager/index.ts';
import { Lane, type LaneParts } from '../lanes/lane.ts';
import { ManagerFollowUps } from '../lanes/manager-follow-ups.ts';
import type { Route } from '../routing/stage.ts';
import type { EnabledIntegration } from './setup.ts';

/** What all lanes share. */
export type SharedParts = Omit<
  LaneParts,
  'integration' | 'destination' | 'record' | 'followUps' | 'observer' | 'predecessor'
> & {
  readonly observe?: (integration: string) => LaneObserver;
};

/**
 * How long after its own time limit an attempt of a lane that was changed is left alone: a script is
 * killed, then its output is read.
 */
const LATE_MS = 15_000;
/** The longest time limit that a destination gives itself, where none is configured. */
const LONGEST_DEFAULT_MS = 60_000;

interface Entry {
  readonly integration: Integration;
  readonly destination: Destination;
}

interface RunningLane extends Entry {
  readonly lane: Lane;
  /** The settings it was made from. */
  readonly settings: string;
}

/** The lanes of the daemon: one for each enabled integration, and one back to the manager. */
export class LaneSet {
  readonly #shared: SharedParts;
  /** Brings events back; undefined when they must not go back. */
  readonly #manager: Destination | undefined;
  readonly #followUps: ManagerFollowUps;
  #running = new Map<number, RunningLane>();
  /** Lanes whose integration was changed or removed, ending in the background. */
  readonly #retiring = new Set<Lane>();

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

  /** Makes the lanes what the configuration says; unchanged ones are left alone. */
  apply(enabled: readonly EnabledIntegration[]): Route[] {
    const entries: Entry[] = [...enabled];
    const enriches = enabled.some(({ destination }) => destination.enriches === true);
    if (enriches && this.#manager !== undefined) {
      entries.push({ integration: managerIntegration(), destination: this.#manager });
    }
    const identities = entries.map(laneIdentity);
    const records = this.#shared.outbox.assignLanes(identities);
    const next = new Map<number, RunningLane>();
    for (const [position, entry] of entries.entries()) {
      const { integrationId, settings } = identities[position] as LaneIdentity;
      const record = records.get(integrationId) as LaneRecord;
      const current = this.#running.get(record.id);
      const isUnchanged =
        current?.settings === settings &&
        current.integration.id === integrationId &&
        // A script that overrides a built-in destination may have been added or removed.
        current.destination.name === entry.destination.name;
      next.set(
        record.id,
        isUnchanged ? current : { ...entry, settings, lane: this.#create(entry, record) },
      );
    }
    for (const [id, running] of this.#running) {
      if (next.get(id) !== running) this.#retire(running.lane);
    }
    this.#running = next;
    for (const { lane } of next.values()) lane.wake();
    return [...next]
      .filter(([, { integration }]) => integration.id !== MANAGER)
      .map(([lane, { integration, destination }]) => ({ integration, destination, lane }));
  }

  /** What each lane does at the moment, by its integration. */
  *states(): Iterable<[integration: string, state: LaneState]> {
    for (const { integration, lane } of this.#running.values()) yield [integration.id, lane.state];
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
    let count = 0;
    for (const lane of this.#lanes()) count += lane.inFlight;
    return count;
  }

  /** Lets what is in flight finish within so many milliseconds, or hands it back. */
  async stop(graceMs: number): Promise<void> {
    await Promise.all(this.#lanes().map((lane) => lane.stop(graceMs)));
  }

  #lanes(): Lane[] {
    return [...[...this.#running.values()].map(({ lane }) => lane), ...this.#retiring];
  }

  #find(matches: (running: RunningLane) => boolean): number | undefined {
    for (const [id, running] of this.#running) if (matches(running)) return id;
    return undefined;
  }

  #create({ integration, destination }: Entry, record: LaneRecord): Lane {
    if (integration.id !== MANAGER) {
      this.#shared.log.info('integration enabled', { integration: integration.id });
    }
    const followUps = this.#followUps;
    const observer = this.#shared.observe?.(integration.id);
    const predecessor =
      this.#running.get(record.id)?.lane ??
      [...this.#retiring].findLast((lane) => lane.id === record.id);
    const own = { integration, destination, record, followUps, observer, predecessor };
    return new Lane({ ...this.#shared, ...own });
  }

  /** Ends a lane. This is no stop of the daemon, so that its attempts may take their whole time. */
  #retire(lane: Lane): void {
    this.#retiring.add(lane);
    const limitMs = Math.max(lane.integration.timeout * 1000, LONGEST_DEFAULT_MS);
    void lane.stop(limitMs + LATE_MS).finally(() => this.#retiring.delete(lane));
  }
}

function laneIdentity({ integration, destination }: Entry): LaneIdentity {
  const { id, hookUrl, apiKey, optionsText, source: _, ...rest } = integration;
  const target = [hookUrl?.reveal() ?? null, apiKey?.reveal() ?? null];
  return {
    integrationId: id,
    name: integration.name.trim(),
    target: JSON.stringify(target),
    settings: JSON.stringify([target, optionsText?.reveal() ?? null, rest]),
    highestLevelFirst: destination.highestLevelFirst === true,
  };
}
