import type { ReadAlert } from '../../alert/formats/read-alert.ts';
import { writtenAt } from '../../alert/written-at.ts';
import type { RecordedIntegration } from '../../app/routing-record.ts';
import { readRoutingRecord, routingRecord } from '../../app/routing-record.ts';
import type { Setup } from '../../app/setup.ts';
import type { AlertDelivery } from '../../outbox/alert-history.ts';
import { type Configurations, hashOf } from '../../outbox/configurations.ts';
import type { Decision } from '../../routing/chain.ts';
import { type Decider, presentDecider, recordedDecider } from './deciders.ts';
import { deliveriesById } from './deliveries.ts';
import { type HeldDecision, withHeld } from './held.ts';

/** An alert that is to be explained. */
export interface Subject {
  readonly alert: ReadAlert;
  readonly foundIn: 'outbox' | 'file' | 'archive' | 'input';
  /** The file that it stands in, unless it was given. */
  readonly path: string | undefined;
  /** When it was read, in milliseconds since 1970; undefined when it was not stored. */
  readonly readAt: number | undefined;
  readonly deliveries: readonly AlertDelivery[];
}

/** What is to be said of one integration. */
export interface ExplainedIntegration extends HeldDecision {
  readonly id: string;
  /** What it would be now, where that is different; null: it is not configured any more. */
  readonly now: Pick<Decision, 'verdict' | 'by'> | null | undefined;
  /** True where it was not configured then: this is what would be decided now. */
  readonly isNew: boolean;
  /** Why it cannot deliver, as it is configured now. */
  readonly cannotRun: string | undefined;
  /** Whether `at`, `storm`, `throttle` or `digest` may hold alerts of it back. */
  readonly mayHold: boolean;
  readonly deliveries: readonly AlertDelivery[];
}

export interface Explanation extends Omit<Subject, 'deliveries'> {
  readonly config: 'now' | 'then';
  /** Since when the configuration `then` was in force. */
  readonly configSince: number | undefined;
  /** Why it is not the one of then. */
  readonly configNote: string | undefined;
  readonly integrations: readonly ExplainedIntegration[];
}

export interface ExplainerOptions {
  readonly setup: Setup;
  /** The configurations that were in force, where there is an outbox. */
  readonly configurations: Pick<Configurations, 'at'> | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Whether only the present configuration is asked. */
  readonly onlyNow: boolean;
  /** Integrations that the daemon delivers for, although they could not run as the setup was read here. */
  readonly delivering?: ReadonlySet<string>;
}

interface InForce {
  readonly config: 'now' | 'then';
  readonly since?: number;
  readonly note?: string;
  readonly recorded?: readonly RecordedIntegration[];
  readonly decide: Decider;
}

/** Explains alerts, each by what decided about it when it was read. */
export class Explainer {
  readonly #options: ExplainerOptions;
  readonly #present: Decider;
  readonly #presentHash: string;
  readonly #recorded = new Map<string, InForce>();

  constructor(options: ExplainerOptions) {
    this.#options = options;
    this.#present = presentDecider(options.setup.integrations);
    this.#presentHash = hashOf(routingRecord(options.setup));
  }

  explain(subject: Subject): Explanation {
    const { setup, now, onlyNow, delivering } = this.#options;
    const { alert, deliveries, ...rest } = subject;
    const time = onlyNow ? now : decidedAt(subject, now);
    const { config, since, note, recorded, decide } = this.#inForce(time);
    const decisions = decide(alert, time);
    const later = onlyNow ? decisions : this.#present(alert, now);
    const ids = [...new Set([...decisions.keys(), ...later.keys()])];
    const names = new Map([
      ...setup.integrations.map(({ integration: { id, name } }) => [id, name] as const),
      ...(recorded ?? []).map(({ id, name }) => [id, name] as const),
    ]);
    const gone = ids
      .filter((id) => !later.has(id))
      .map((id) => ({ id, name: names.get(id) ?? id }));
    const byId = deliveriesById(deliveries, gone);
    const known = ids.map((id): ExplainedIntegration => {
      const decision = (decisions.get(id) ?? later.get(id)) as Decision;
      const present = setup.integrations.find(({ integration }) => integration.id === id);
      return {
        id,
        ...withHeld(decision, byId.get(id) ?? [], subject.readAt),
        isNew: !decisions.has(id),
        now: differenceOf(decision, later.get(id)),
        cannotRun: delivering?.has(id) ? undefined : present?.unusable?.reason,
        mayHold: present?.grouping !== undefined,
        deliveries: byId.get(id) ?? [],
      };
    });
    const others = [...byId].filter(([id]) => !ids.includes(id));
    return {
      ...rest,
      alert,
      config,
      configSince: since,
      configNote: note,
      integrations: [
        ...known,
        // What an enrichment sent, and integrations that nobody remembers.
        ...others.map(([id, its]): ExplainedIntegration => {
          return { id, ...SENT, deliveries: its };
        }),
      ],
    };
  }

  #inForce(time: number): InForce {
    const { configurations, onlyNow } = this.#options;
    const present = { config: 'now' as const, decide: this.#present };
    if (onlyNow || configurations === undefined) return present;
    const stored = configurations.at(time);
    if (stored === undefined) return { ...present, note: 'none is kept from that time' };
    if (stored.hash === this.#presentHash) return present;
    const key = `${stored.since} ${stored.hash}`;
    let found = this.#recorded.get(key);
    if (found === undefined) {
      found = this.#read(stored) ?? { ...present, note: 'that of the time could not be kept' };
      this.#recorded.set(key, found);
    }
    return found;
  }

  #read({ since, text }: { since: number; text: string | undefined }): InForce | undefined {
    const recorded = text === undefined ? undefined : readRoutingRecord(text);
    if (recorded === undefined) return undefined;
    const decide = recordedDecider(recorded, this.#options.setup.integrations);
    return { config: 'then', since, recorded, decide };
  }
}

const SENT = {
  verdict: 'send',
  chain: [],
  now: undefined,
  isNew: false,
  cannotRun: undefined,
  mayHold: false,
} as const;

function differenceOf(then: Decision, now: Decision | undefined): ExplainedIntegration['now'] {
  if (now === undefined) return null;
  if (then.verdict === now.verdict && then.by === now.by) return undefined;
  return { verdict: now.verdict, ...(now.by !== undefined && { by: now.by }) };
}

/** When it was decided about an alert, in milliseconds since 1970: when it was read, else written. */
export function decidedAt({ readAt, alert }: Pick<Subject, 'readAt' | 'alert'>, now: number) {
  return readAt ?? timeOf(alert) ?? now;
}

/** When an alert was written, as it says itself. */
function timeOf({ raw, facts }: ReadAlert): number | undefined {
  const seconds = /^(\d{9,10})\.\d+$/.exec(facts.id ?? '')?.[1];
  return writtenAt(raw) ?? (seconds === undefined ? undefined : Number(seconds) * 1000);
}
