import type { Arrival, HeldVerdict, LanePolicy, Placement } from '../core/grouping.ts';
import { NOTICE_LEVEL } from '../core/notice.ts';
import { type Due, DueQueue } from './due-queue.ts';
import { type MemoryBundle, MemoryStore, type StoreQueue } from './memory-store.ts';
import { type InOrder, Waiting } from './waiting.ts';

/** A message that goes. Times are milliseconds since 1970. */
export interface MemoryMessage {
  /** The number of the alert, or of the last one that it covers, or of a message of our own. */
  readonly id: number;
  /** When it was to go. */
  readonly dueAt: number;
  /** What it covers, where that is more than one alert. */
  readonly bundle: Pick<MemoryBundle, 'id' | 'kind' | 'key' | 'count'> | undefined;
  /** True for a message of our own: that a storm begins, what a silence held back. */
  readonly isOurs: boolean;
}

/** What waits to be sent. */
interface Pending extends InOrder {
  readonly level: number;
  readonly dueAt: number;
  readonly memberKey?: string | undefined;
  readonly bundle?: MemoryBundle | undefined;
  readonly isOurs?: boolean;
}

/** What waits for its time alone. */
interface Held extends Due {
  readonly level: number;
  readonly priority: number;
}

const NEVER = Number.POSITIVE_INFINITY;
const AT_ONCE: Placement = { state: 'pending', dueAt: 0 };

/** Alerts that began to be held back after they had been placed, as a storm does. */
export type OnAbsorbed = (count: number, verdict: HeldVerdict) => void;

/**
 * The deliveries of a lane in memory, placed by the same rules and sent in the same order as those
 * in the outbox.
 */
export class MemoryLane {
  readonly #policy: LanePolicy;
  readonly #onAbsorbed: OnAbsorbed | undefined;
  readonly #store: MemoryStore;
  readonly #pending = new Waiting<Pending>();
  readonly #held = new DueQueue<Held>();
  /** Messages of our own that came up and are to be stored. */
  #told = 0;
  #lastId = 0;
  /** The number of the alert that was stored last. */
  lastAccepted = 0;

  /** @param muteOpened when a mute was opened last: all lanes have the same. */
  constructor(
    policy: LanePolicy,
    onAbsorbed?: OnAbsorbed,
    muteOpened: StoreQueue['muteOpened'] = () => undefined,
  ) {
    this.#policy = policy;
    this.#onAbsorbed = onAbsorbed;
    this.#store = new MemoryStore({
      backlog: (upTo) => Math.min(upTo, this.#pending.size),
      absorb: (bundle, belowLevel, verdict) => this.#absorb(bundle, belowLevel, verdict),
      muteOpened,
      notice: () => {
        this.#told += 1;
      },
    });
  }

  /**
   * Stores an alert, as it is placed; one without an arrival is sent at once.
   * @param priority higher ones go first.
   */
  accept(level: number, priority: number, arrival: Arrival | undefined, now: number): Placement {
    const placement: Placement =
      arrival === undefined ? AT_ONCE : this.#policy.place(level, arrival, this.#store, now);
    this.#lastId += 1;
    const id = this.#lastId;
    this.lastAccepted = id;
    const { state, bundle, dueAt, memberKey } = placement;
    if (bundle !== undefined) this.#store.add(bundle, id, priority);
    else if (state === 'pending') this.#pending.add({ id, priority, level, dueAt: now, memberKey });
    else if (state === 'held') this.#held.add({ id, dueAt, level, priority });
    this.#tell(now);
    return placement;
  }

  /** When there is something to do: 0 at once; undefined when nothing waits. */
  get nextDue(): number | undefined {
    if (this.#pending.size > 0) return 0;
    const { checkAt, first } = this.#store;
    const due = Math.min(
      first?.dueAt ?? NEVER,
      this.#held.first?.dueAt ?? NEVER,
      checkAt > 0 ? checkAt : NEVER,
    );
    return due === NEVER ? undefined : due;
  }

  /** The message that goes now; undefined when none does. */
  take(now: number): MemoryMessage | undefined {
    const { checkAt } = this.#store;
    if (checkAt > 0 && checkAt <= now) this.#policy.check(this.#store, now);
    this.#release(now);
    this.#seal(now);
    this.#tell(now);
    const next = this.#pending.take();
    if (next === undefined) return undefined;
    const { id, dueAt, bundle, isOurs = false } = next;
    return { id, dueAt, bundle, isOurs };
  }

  #release(now: number): void {
    for (;;) {
      const first = this.#held.first;
      if (first === undefined || first.dueAt > now) return;
      this.#held.take();
      this.#pending.add(first);
    }
  }

  /**
   * Looks at the bundle that is due first: where nothing comes before it, it is sealed, and takes the
   * place of its last member.
   */
  #seal(now: number): void {
    const bundle = this.#store.first;
    if (bundle === undefined || bundle.dueAt > now) return;
    const { last, priority, dueAt, kind } = bundle;
    const ready = this.#pending.first;
    const isBefore =
      ready !== undefined &&
      (ready.priority > priority || (ready.priority === priority && ready.id < (last ?? 0)));
    if (isBefore) return;
    if (last === undefined) {
      // A storm began, and nothing that waited was for it. As in the outbox, the next one is not looked
      // at before the next turn.
      this.#store.seal(bundle);
      return;
    }
    this.#store.seal(bundle);
    // A receipt is a message of our own, which comes after what is there.
    const isOurs = kind === 'silence';
    if (isOurs) this.#lastId += 1;
    const id = isOurs ? this.#lastId : last;
    this.#pending.add({ id, priority, level: 0, dueAt, bundle, isOurs });
    this.#policy.sealed(bundle, this.#store, now);
  }

  #absorb(bundle: MemoryBundle, belowLevel: number, verdict: HeldVerdict): number {
    const absorbed = this.#pending.takeAll((one) => {
      return one.memberKey !== undefined && one.bundle === undefined && one.level < belowLevel;
    });
    for (const { id, priority } of absorbed) this.#store.add(bundle.id, id, priority);
    this.#onAbsorbed?.(absorbed.length, verdict);
    return absorbed.length;
  }

  #tell(now: number): void {
    for (; this.#told > 0; this.#told -= 1) {
      this.#lastId += 1;
      const ours = { level: NOTICE_LEVEL, priority: 0, dueAt: now, isOurs: true };
      this.#pending.add({ id: this.#lastId, ...ours });
    }
  }
}
