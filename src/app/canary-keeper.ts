import { type CanaryPlan, type CanaryRecord, isLost, planText } from '../core/canary.ts';
import type { Clock } from '../core/clock.ts';
import { DAY_MS, HOUR_MS } from '../core/durations.ts';
import type { Log } from '../core/log.ts';
import { OutboxError } from '../core/outbox-error.ts';
import type { Canaries, NewCanary } from '../outbox/canaries.ts';
import { zoneOf } from '../times/zone.ts';

/** How often to look. */
const LOOK_MS = 30_000;
const MINUTE_MS = 60_000;
/** A clock that was set back by less than this has only been corrected. */
const CORRECTION_MS = 3 * HOUR_MS;

export interface CanaryKeeperParts {
  readonly canaries: Pick<Canaries, 'all' | 'send' | 'setBack' | 'forget'>;
  /** When integrations get test alerts, by their ids. */
  readonly plans: () => ReadonlyMap<string, CanaryPlan>;
  /** The lanes that can get one, with their integrations. */
  readonly lanes: () => ReadonlyMap<number, string>;
  readonly wake: (lanes: ReadonlySet<number>) => void;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Sends each lane its test alert: one on every day, at its time or as soon after it as the daemon runs.
 * Where it is new, or its time was changed, one goes at once, so that whoever set it sees it. All is in the
 * outbox: a restart changes nothing.
 */
export class CanaryKeeper {
  readonly #parts: CanaryKeeperParts;
  /** Lanes whose test alerts are known to be lost. */
  #lost: ReadonlySet<number> = new Set();
  #cancel: (() => void) | undefined;

  constructor(parts: CanaryKeeperParts) {
    this.#parts = parts;
  }

  /** Looks at once and twice a minute, until it is stopped. */
  start(): void {
    this.look();
    this.#cancel = this.#parts.clock.after(LOOK_MS, () => this.start());
  }

  stop(): void {
    this.#cancel?.();
  }

  /** Looks now. */
  look(): void {
    try {
      this.#look();
    } catch (error) {
      // The outbox cannot be used; whoever needs it more says so.
      if (!(error instanceof OutboxError)) throw error;
    }
  }

  #look(): void {
    const { canaries, clock, wake } = this.#parts;
    const now = clock.now();
    const records = canaries.all();
    const planned = this.#planned();
    for (const lane of records.keys()) if (!planned.has(lane)) canaries.forget(lane);
    const due: NewCanary[] = [];
    for (const [lane, { integration, plan }] of planned) {
      const { today, time } = onDay(plan, now);
      const record = records.get(lane);
      if (record !== undefined && record.sentAt > now + CORRECTION_MS) {
        canaries.setBack(lane, today, now);
        continue;
      }
      const text = planText(plan);
      const common = { integration, lane, plan: text, now };
      if (record?.plan !== text) due.push({ ...common, day: time > now ? today - 1 : today });
      else if (record.day < today && time <= now) due.push({ ...common, day: today });
    }
    if (due.length > 0) wake(canaries.send(due));
    this.#report(records, planned, now);
  }

  #planned(): Map<number, { integration: string; plan: CanaryPlan }> {
    const { plans, lanes } = this.#parts;
    const planned = new Map<number, { integration: string; plan: CanaryPlan }>();
    for (const [lane, integration] of lanes()) {
      const plan = plans().get(integration);
      if (plan !== undefined) planned.set(lane, { integration, plan });
    }
    return planned;
  }

  /** Says once what is lost, and that it came. */
  #report(
    records: ReadonlyMap<number, CanaryRecord>,
    planned: ReadonlyMap<number, { integration: string }>,
    now: number,
  ): void {
    const { log } = this.#parts;
    const lost = new Set<number>();
    for (const [lane, { integration }] of planned) {
      const record = records.get(lane);
      if (record === undefined || !isLost(record, now)) {
        if (this.#lost.has(lane)) log.info('test alerts arrive again', { integration });
        continue;
      }
      lost.add(lane);
      if (this.#lost.has(lane)) continue;
      const { unprovenSince = now, succeededAt } = record;
      const last = succeededAt === undefined ? 'never' : new Date(succeededAt).toISOString();
      const sent = new Date(unprovenSince).toISOString();
      log.error('a test alert did not arrive', { integration, sent, last });
    }
    this.#lost = lost;
  }
}

/** The day of a moment by the clock of a plan, and the moment of the plan on it. */
function onDay({ zone: name, minute }: CanaryPlan, now: number): { today: number; time: number } {
  const zone = zoneOf(name);
  const today = Math.floor((zone?.wallAt(now) ?? now) / DAY_MS);
  const wall = today * DAY_MS + minute * MINUTE_MS;
  return { today, time: zone?.firstAt(wall) ?? wall };
}
