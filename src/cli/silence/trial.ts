import { alertOf } from '../../alert/large-alert.ts';
import { recordAt } from '../../alert/record-framing.ts';
import type { Setup } from '../../app/setup.ts';
import type { NewSilence } from '../../core/silence.ts';
import { Router, type Routing } from '../../routing/router.ts';
import { Quiet } from '../../silences/quiet.ts';
import { compileSilence } from '../../silences/silence.ts';
import { presentRoutes } from '../explain/deciders.ts';

const MOST_EXAMPLES = 10;
const MOST_BUSIEST = 10;
/** Names that are counted: an attacker can make up any number of them. */
const MOST_NAMES = 10_000;

/** An alert that would have been held back. */
export interface HeldExample {
  readonly id: string | undefined;
  readonly timestamp: string | undefined;
  readonly level: number;
  readonly rule: string | undefined;
  readonly description: string | undefined;
  readonly agent: string | undefined;
  readonly integrations: readonly string[];
}

export interface Busiest {
  readonly name: string;
  readonly description?: string | undefined;
  readonly count: number;
}

/** What a silence would have held back. */
export interface TrialResult {
  /** Alerts that were read. */
  readonly alerts: number;
  /** Those of them that an integration would not have got. */
  readonly held: number;
  readonly integrations: ReadonlyMap<string, number>;
  readonly highestLevel: number | undefined;
  readonly rules: readonly Busiest[];
  readonly agents: readonly Busiest[];
  /** The highest level first, then the latest. */
  readonly examples: readonly HeldExample[];
}

/** Lets past alerts go their way through the present configuration, with a silence that is not there. */
export class Trial {
  readonly #router: Router;
  readonly #ids: readonly string[];
  readonly #integrations: Map<string, number>;
  readonly #rules = new Counts();
  readonly #agents = new Counts();
  #alerts = 0;
  #held = 0;
  #highest: number | undefined;
  #examples: HeldExample[] = [];

  constructor(setup: Pick<Setup, 'integrations' | 'times'>, silence: NewSilence, now: number) {
    const routes = presentRoutes(setup.integrations);
    this.#ids = routes.map(({ integration }) => integration.id);
    const concerned = this.#ids.filter((id) => silence.integrations?.includes(id) !== false);
    this.#integrations = new Map(concerned.map((id) => [id, 0]));
    const none = { id: 0, key: 'test', endedAt: undefined, isRecurring: false };
    const record = { ...silence, ...none, told: new Set<never>(), held: new Map() };
    const compiled = compileSilence(record, { times: setup.times.times }).silence;
    const silences = compiled === undefined ? [] : [compiled];
    const quiet = new Quiet(undefined, { silences, isEnded: () => false });
    this.#router = new Router(routes, { now: () => now }, quiet);
  }

  /** @param bytes whole records. */
  read(bytes: Buffer): void {
    for (let start = 0; start < bytes.length; ) {
      const { end, next } = recordAt(bytes, start);
      const routing = this.#router.route(bytes, start, end);
      if (routing.kind !== 'unreadable') this.#alerts += 1;
      if (routing.kind === 'read') this.#count(routing);
      start = next;
    }
  }

  result(): TrialResult {
    return {
      alerts: this.#alerts,
      held: this.#held,
      integrations: this.#integrations,
      highestLevel: this.#highest,
      rules: this.#rules.busiest(),
      agents: this.#agents.busiest(),
      examples: this.#examples,
    };
  }

  #count({ facts, raw, arrivals }: Extract<Routing, { kind: 'read' }>): void {
    const held = [...(arrivals ?? [])].flatMap(([lane, { hush }]) => {
      return hush === undefined ? [] : [this.#ids[lane] as string];
    });
    if (held.length === 0) return;
    this.#held += 1;
    for (const id of held) this.#integrations.set(id, (this.#integrations.get(id) ?? 0) + 1);
    const alert = alertOf(raw);
    const level = facts.level ?? 0;
    const description = alert.textAt('rule', 'description');
    const agent = alert.textAt('agent', 'name');
    this.#highest = Math.max(this.#highest ?? level, level);
    this.#rules.add(facts.ruleId ?? '', description);
    this.#agents.add(agent ?? '', undefined);
    const { ruleId: rule, id } = facts;
    const timestamp = alert.textAt('timestamp');
    this.#keep({ id, timestamp, level, rule, description, agent, integrations: held });
  }

  #keep(example: HeldExample): void {
    const lowest = this.#examples.at(-1);
    const isFull = this.#examples.length === MOST_EXAMPLES;
    if (isFull && lowest !== undefined && example.level < lowest.level) return;
    const at = this.#examples.findIndex(({ level }) => level <= example.level);
    this.#examples.splice(at === -1 ? this.#examples.length : at, 0, example);
    this.#examples.length = Math.min(this.#examples.length, MOST_EXAMPLES);
  }
}

class Counts {
  readonly #counts = new Map<string, { count: number; description: string | undefined }>();

  add(name: string, description: string | undefined): void {
    const known = this.#counts.get(name);
    if (known !== undefined) known.count += 1;
    else if (this.#counts.size < MOST_NAMES) this.#counts.set(name, { count: 1, description });
  }

  busiest(): Busiest[] {
    return [...this.#counts]
      .map(([name, { count, description }]) => ({ name, description, count }))
      .sort((a, b) => b.count - a.count)
      .slice(0, MOST_BUSIEST);
  }
}
