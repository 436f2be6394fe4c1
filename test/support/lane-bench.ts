import type { DeliveryContext, Destination } from '../../src/core/destination.ts';
import type { Integration } from '../../src/core/integration.ts';
import type { LaneObserver } from '../../src/core/lane-observer.ts';
import type { Outbox } from '../../src/core/outbox.ts';
import { Scrubber } from '../../src/core/secret.ts';
import { GroupCommit } from '../../src/lanes/group-commit.ts';
import { Lane } from '../../src/lanes/lane.ts';
import type { FollowUps } from '../../src/lanes/manager-follow-ups.ts';
import type { Database } from '../../src/outbox/database.ts';
import { Queue, type QueueEntry } from '../../src/outbox/queue.ts';
import { SqliteOutbox } from '../../src/outbox/sqlite-outbox.ts';
import { FakeClock } from './fake-clock.ts';
import { anIntegration } from './jobs.ts';
import { largeParts } from './large-parts.ts';
import { anAcceptedAlert, anIdentity, anIntake, openTestDatabase } from './outbox.ts';
import { RecordingLog } from './recording-log.ts';
import { tempDir } from './temp-dir.ts';

/** What no fake destination asks for. */
const NO_TRANSPORTS = {} as Omit<DeliveryContext, 'signal' | 'clock'>;

/**
 * Lanes on a real outbox, in time that the test makes. A restart or a crash closes the outbox and
 * opens it again, with a clock that goes on where the old one stopped; what the old lanes do after
 * that, they do in vain.
 */
export class LaneBench {
  readonly directory = tempDir();
  readonly log = new RecordingLog();
  readonly scrubber = new Scrubber();
  clock = new FakeClock();
  database!: Database;
  outbox!: SqliteOutbox;
  queue!: Queue;
  groupCommit!: GroupCommit;
  lanes: Lane[] = [];
  /** What comes of events; nothing, unless a test says so. */
  /** Told what the lanes do, when set. */
  observer: LaneObserver | undefined;
  large: ReturnType<typeof largeParts> | undefined;
  followUps: FollowUps = { of: () => [], stored: () => undefined };
  /** When set, every use of the outbox fails, except those named here. */
  outboxFails: { readonly except: readonly string[]; readonly onFail?: () => void } | undefined;

  constructor() {
    this.#open();
  }

  #open(): void {
    this.database = openTestDatabase(this.directory);
    this.outbox = new SqliteOutbox(this.database);
    this.queue = new Queue(this.database);
    this.groupCommit = new GroupCommit(this.fallible, this.clock);
  }

  /** The outbox as the daemon's parts see it, so that a test can make it fail. */
  get fallible(): Outbox {
    return new Proxy<Outbox>(this.outbox, {
      get: (outbox, name) => {
        const method = Reflect.get(outbox, name) as (...values: unknown[]) => unknown;
        return (...values: unknown[]) => {
          if (this.outboxFails && !this.outboxFails.except.includes(String(name))) {
            this.outboxFails.onFail?.();
            throw new Error(`${String(name)}: database or disk is full`);
          }
          return method.apply(outbox, values);
        };
      },
    });
  }

  /** Makes a lane for each of these; all of them must be named together, as in a configuration. */
  configure(...wanted: { destination: Destination; integration?: Partial<Integration> }[]): Lane[] {
    const integrations = wanted.map(({ integration }, i) =>
      anIntegration({ id: `lane-${i}`, ...integration }),
    );
    const records = this.outbox.assignLanes(
      integrations.map(({ id }) => anIdentity(id)),
      0,
    );
    this.lanes = wanted.map(({ destination }, i) => {
      const integration = integrations[i] as Integration;
      const record = records.get(integration.id);
      if (record === undefined) throw new Error('no lane');
      return new Lane({
        integration,
        destination,
        record,
        outbox: this.fallible,
        groupCommit: this.groupCommit,
        large: (this.large ??= largeParts(this.clock)),
        context: NO_TRANSPORTS,
        clock: this.clock,
        log: this.log,
        scrubber: this.scrubber,
        followUps: this.followUps,
        observer: this.observer,
      });
    });
    return this.lanes;
  }

  /** Makes the only lane. */
  lane(destination: Destination, integration: Partial<Integration> = {}): Lane {
    return this.configure({ destination, integration })[0] as Lane;
  }

  /** Stores alerts for a lane and wakes it. Alerts that begin with `!` are urgent. */
  give(lane: Lane, ...raws: readonly string[]): void {
    this.store(lane.id, ...raws);
    lane.wake();
  }

  store(lane: number, ...raws: readonly string[]): void {
    const alerts = raws.map((raw) => anAcceptedAlert(raw, [lane], raw.startsWith('!') ? 12 : 3));
    this.outbox.accept(anIntake(alerts), this.clock.now());
  }

  /** Ends the process without a word, and opens the outbox again. Lanes must be made again. */
  crash(): void {
    this.database.close();
    this.clock.kill();
    this.clock = new FakeClock(this.clock.now());
    this.#open();
  }

  /** Ends the lanes in good order, and opens the outbox again. Lanes must be made again. */
  async restart(graceMs = 0): Promise<void> {
    const stopped = Promise.all(this.lanes.map((lane) => lane.stop(graceMs)));
    await this.clock.advance(graceMs + 1000);
    await stopped;
    this.crash();
  }

  get entries(): QueueEntry[] {
    return [...this.queue.list({})].toReversed();
  }

  /** The state of every delivery. */
  get states(): string[] {
    return this.entries.map(({ state }) => state);
  }

  /** True when nothing waits any more. */
  get isDone(): boolean {
    return this.states.every((state) => state === 'delivered' || state === 'dead');
  }

  /** Lets time pass until nothing waits any more. */
  finish(limitMs?: number): Promise<void> {
    return this.clock.until(() => this.isDone, limitMs);
  }
}
