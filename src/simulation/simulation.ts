import type { Alert } from '../alert/alert.ts';
import type { AlertFacts } from '../alert/facts.ts';
import { readAlert } from '../alert/formats/read-alert.ts';
import { alertOf } from '../alert/large-alert.ts';
import type { Clock } from '../core/clock.ts';
import { Prefilter } from '../filters/prefilter/prefilter.ts';
import { ExampleList } from './examples.ts';
import { AgentNames, parsedAgent } from './facts.ts';
import type { RecordSink } from './in-order.ts';
import { OpenMutes } from './open-mutes.ts';
import type {
  ExampleAlert,
  IntegrationResult,
  SimulationResult,
  UnreachedAlert,
} from './result.ts';
import { type Routed, Routers } from './routers.ts';
import { type SimulatedConfiguration, Track } from './track.ts';

/** From this level on it is told when an alert reaches nobody. */
export const GRAVE_LEVEL = 12;
const MOST_UNREACHED = 1000;

/** What the router takes for now: the time of the latest alert. */
class VirtualClock implements Pick<Clock, 'now'> {
  time = Number.NEGATIVE_INFINITY;

  now(): number {
    return this.time;
  }
}

/**
 * Sends a history of alerts through the router and the rules of one configuration, or of two at the
 * same time, on a clock that goes by the alerts. Nothing is sent, and nothing is stored.
 */
export class Simulation implements RecordSink {
  readonly #clock = new VirtualClock();
  readonly #routers: Routers;
  /** Of what is tried, and of what it is compared with. */
  readonly #mutes = [new OpenMutes(), new OpenMutes()] as const;
  readonly #grave = new Prefilter([
    { level: GRAVE_LEVEL, ruleIds: undefined, group: undefined, eventLocation: undefined },
  ]);
  /** By their lanes: first those of what is tried, then those that it is compared with. */
  readonly #tracks: readonly Track[];
  readonly #after: readonly Track[];
  readonly #before: readonly Track[];
  /** The lane of the same integration in the other configuration. */
  readonly #others: readonly (number | undefined)[];
  readonly #agents = new AgentNames();
  readonly #isSent: Uint8Array;
  readonly #newly = new ExampleList<ExampleAlert>();
  readonly #noLonger = new ExampleList<ExampleAlert>();
  readonly #unreached: UnreachedAlert[] = [];
  #unreachedCount = 0;
  #alerts = 0;
  #unreadable = 0;
  #from = Number.POSITIVE_INFINITY;
  #to = Number.NEGATIVE_INFINITY;

  /**
   * @param after what is tried.
   * @param before what it is compared with; undefined: with itself.
   */
  constructor(after: SimulatedConfiguration, before: SimulatedConfiguration | undefined) {
    const sides = before === undefined ? [after] : [after, before];
    const count = after.integrations.length;
    this.#tracks = sides.flatMap(({ integrations }, side) => {
      return integrations.map((one) => new Track(one, this.#mutes[side] ?? new OpenMutes()));
    });
    this.#after = this.#tracks.slice(0, count);
    this.#before = before === undefined ? this.#after : this.#tracks.slice(count);
    this.#others = this.#tracks.map(({ id }, lane) => {
      const place = this.#tracks.findIndex((track, at) => track.id === id && at !== lane);
      return place === -1 ? undefined : place;
    });
    this.#isSent = new Uint8Array(this.#tracks.length);
    const routed = sides.map(({ integrations, quiet }, side) => {
      const routes = integrations.map(({ route }, at) => ({ ...route, lane: side * count + at }));
      return { routes, quiet };
    });
    this.#routers = new Routers(routed, this.#clock);
  }

  record(bytes: Buffer, start: number, end: number, time: number): void {
    const now = Math.max(this.#clock.time, time);
    this.#clock.time = now;
    const routing = this.#routers.route(bytes, start, end);
    if (routing === 'unreadable') {
      this.#unreadable += 1;
    } else if (routing === 'nobody') {
      this.pass(bytes, start, end, time);
    } else {
      this.#count(time);
      this.#place(routing, time, now);
    }
  }

  pass(bytes: Buffer, start: number, end: number, time: number): void {
    this.#count(time);
    if (!this.#grave.mayMatch(bytes, start, end)) return;
    const read = readAlert(bytes, start, end);
    if (typeof read !== 'string') this.#noteUnreached(read.facts, time);
  }

  concerns(bytes: Buffer, start: number, end: number): boolean {
    return this.#routers.route(bytes, start, end) !== 'nobody';
  }

  /** What came of it, once all is read. @param passes how often the history was read. */
  finish(passes: number): SimulationResult {
    for (const track of this.#tracks) track.finish();
    const isEmpty = this.#alerts === 0;
    return {
      alerts: this.#alerts,
      unreadable: this.#unreadable,
      from: isEmpty ? undefined : this.#from,
      to: isEmpty ? undefined : this.#to,
      passes,
      integrations: this.#results(),
      unreached: {
        some: this.#unreached.toSorted((a, b) => a.time - b.time),
        count: this.#unreachedCount,
      },
      newlySent: this.#newly.examples,
      noLongerSent: this.#noLonger.examples,
    };
  }

  #count(time: number): void {
    this.#alerts += 1;
    if (time < this.#from) this.#from = time;
    if (time > this.#to) this.#to = time;
  }

  #place({ facts, raw, lanes, arrivals, skips, marks }: Routed, time: number, now: number): void {
    const level = facts.level ?? 0;
    for (let side = 0; side < marks.length; side += 1) {
      const opened = marks[side];
      if (opened !== undefined && opened.length > 0) this.#mutes[side]?.open(opened, now);
    }
    for (const { lane, refusal } of skips) this.#tracks[lane]?.count(refusal.verdict);
    let parsed: Alert | undefined;
    const alert = () => (parsed ??= alertOf(raw));
    const agent = lanes.length === 0 ? undefined : this.#agents.of(facts);
    const description = () => alert().textAt('rule', 'description');
    let isReached = false;
    for (const lane of lanes) {
      const track = this.#tracks[lane] as Track;
      const { state } = track.accept(level, arrivals?.get(lane), now);
      const isAfter = lane < this.#after.length;
      if (isAfter) track.note({ facts, agent, description });
      if (state === 'silenced') continue;
      this.#isSent[lane] = 1;
      isReached ||= isAfter;
    }
    if (!isReached) this.#noteUnreached(facts, time);
    if (this.#before !== this.#after) this.#compare(lanes, facts, time, alert);
    for (const lane of lanes) this.#isSent[lane] = 0;
  }

  #compare(lanes: readonly number[], facts: AlertFacts, time: number, alert: () => Alert): void {
    for (const lane of lanes) {
      const other = this.#others[lane];
      if (this.#isSent[lane] === 0 || (other !== undefined && this.#isSent[other] === 1)) continue;
      const list = lane < this.#after.length ? this.#newly : this.#noLonger;
      const integration = (this.#tracks[lane] as Track).id;
      list.add(integration, () => ({
        ...unreached(facts, time),
        agent: parsedAgent(alert()),
        description: alert().textAt('rule', 'description'),
        integration,
      }));
    }
  }

  #noteUnreached(facts: AlertFacts, time: number): void {
    if ((facts.level ?? 0) < GRAVE_LEVEL) return;
    this.#unreachedCount += 1;
    if (this.#unreached.length < MOST_UNREACHED) this.#unreached.push(unreached(facts, time));
  }

  #results(): IntegrationResult[] {
    const gone = this.#before.filter(({ id }) => !this.#after.some((track) => track.id === id));
    return [...this.#after, ...gone].map((track) => {
      const after = this.#after.find(({ id }) => id === track.id);
      const before = this.#before.find(({ id }) => id === track.id);
      return {
        ...(after?.result ?? NOTHING),
        id: track.id,
        before: before?.messages ?? 0,
        after: after?.messages ?? 0,
        newlySent: this.#newly.countOf(track.id),
        noLongerSent: this.#noLonger.countOf(track.id),
        hoursBefore: before?.hours ?? new Map(),
        hoursAfter: after?.hours ?? new Map(),
      };
    });
  }
}

/** What comes of an integration that is no longer there. */
const NOTHING: Track['result'] = {
  verdicts: {},
  peakPerMinute: 0,
  rateLimit: undefined,
  longestDelay: 0,
  quota: undefined,
  rules: [],
  agents: [],
  keys: [],
};

function unreached({ id, level, ruleId }: AlertFacts, time: number): UnreachedAlert {
  return { id, time, level: level ?? 0, rule: ruleId };
}
