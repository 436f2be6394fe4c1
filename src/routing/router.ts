import type { Alert } from '../alert/alert.ts';
import type { Unreadable } from '../alert/alert-scan.ts';
import type { AlertFacts } from '../alert/facts.ts';
import { type ReadAlert, readAlert } from '../alert/formats/read-alert.ts';
import { alertOf } from '../alert/large-alert.ts';
import { type Clock, systemClock } from '../core/clock.ts';
import type { Arrival, MuteMark } from '../core/grouping.ts';
import { Prefilter } from '../filters/prefilter/prefilter.ts';
import { Quiet } from '../silences/quiet.ts';
import { type Decision, decide } from './chain.ts';
import { ConditionStage } from './condition-stage.ts';
import { fastFilters, hintFilters } from './fast-filters.ts';
import { FilterStage } from './filter-stage.ts';
import { type MuteOpened, MuteStage, SilenceStage } from './quiet-stages.ts';
import { skipStage } from './skip-stage.ts';
import type { Refusal, Route, RoutedAlert, Stage } from './stage.ts';

/** The result for one line. */
export type Routing =
  | { readonly kind: 'unreadable'; readonly reason: Unreadable }
  /** An alert that the fast path saw to match no integration, and to open no mute. */
  | { readonly kind: 'nobody' }
  | {
      readonly kind: 'read';
      readonly facts: AlertFacts;
      /** What is delivered: the alert in the shape of Wazuh 4. */
      readonly raw: Buffer;
      readonly lanes: readonly number[];
      /** Of those lanes whose alerts may be held back. */
      readonly arrivals: ReadonlyMap<number, Arrival> | undefined;
      readonly skips: readonly Skip[];
      /** The mutes that it opens, whomever it is for. */
      readonly marks: readonly MuteMark[] | undefined;
    };

const NOBODY: Routing = { kind: 'nobody' };

/** An alert that passed the filters, and is not delivered. */
export interface Skip {
  readonly lane: number;
  readonly integration: string;
  readonly refusal: Refusal;
}

/** What the stages say of an alert for a route. */
export interface RouteDecision extends Decision {
  readonly route: Route;
}

/** A router for one lane. */
export interface SingleRouter {
  readonly router: Router;
  readonly integration: string;
}

/** Decides for each line which lanes it goes to. */
export class Router {
  readonly #routes: readonly Route[];
  readonly #clock: Pick<Clock, 'now'>;
  readonly #names: ReadonlyMap<number, string>;
  readonly #single = new Map<number, SingleRouter>();
  readonly #prefilter: Prefilter;
  readonly #filter: FilterStage;
  /** What comes after the filters. */
  readonly #later: readonly Stage[];
  /** What then holds back what is for an integration. */
  readonly #quiet: Quiet;

  constructor(
    routes: readonly Route[],
    clock: Pick<Clock, 'now'> = systemClock,
    quiet = new Quiet(),
  ) {
    const integrations = routes.map((route) => route.integration);
    this.#routes = routes;
    this.#names = new Map(routes.map(({ lane, integration }) => [lane, integration.id]));
    this.#clock = clock;
    this.#later = [new ConditionStage(clock), skipStage];
    this.#quiet = quiet;
    this.#prefilter = new Prefilter([
      ...routes.map(({ integration, conditions }) => fastFilters(integration, conditions)),
      ...quiet.hints.map(hintFilters),
    ]);
    this.#filter = new FilterStage(integrations);
  }

  /** The lanes that alerts may go to, with their integrations. */
  get names(): ReadonlyMap<number, string> {
    return this.#names;
  }

  /** What routes to one lane alone, and the id of its integration; undefined when there is none. */
  only(lane: number): SingleRouter | undefined {
    const route = this.#routes.find((route) => route.lane === lane);
    if (route === undefined) return undefined;
    let only = this.#single.get(lane);
    if (only === undefined) {
      only = {
        router: new Router([route], this.#clock, this.#quiet),
        integration: route.integration.id,
      };
      this.#single.set(lane, only);
    }
    return only;
  }

  /** Routes the record `bytes[start, end)`, a line without its newline or a text alert. */
  route(bytes: Buffer, start: number, end: number): Routing {
    if (!this.#prefilter.mayMatch(bytes, start, end)) return NOBODY;
    const read = readAlert(bytes, start, end);
    if (typeof read === 'string') return { kind: 'unreadable', reason: read };
    const { facts, raw } = read;
    const lanes: number[] = [];
    const skips: Skip[] = [];
    let arrivals: Map<number, Arrival> | undefined;
    const matching = this.#filter.matching(facts, read.old);
    const isForNobody = matching.length === 0 && !this.#quiet.hasMutes;
    const alert = isForNobody ? undefined : routedAlert(read);
    const now = this.#clock.now();
    const quiet = alert && this.#quiet.of(alert, now);
    for (const position of matching) {
      const route = this.#routes[position] as Route;
      const refusal = alert && this.#refusal(alert, route);
      if (refusal !== undefined) {
        skips.push({ lane: route.lane, integration: route.integration.id, refusal });
        continue;
      }
      lanes.push(route.lane);
      const grouping = alert && route.arrival?.(alert);
      const arrival = quiet ? quiet.arrival(route.integration.id, grouping) : grouping;
      if (arrival === undefined) continue;
      arrivals ??= new Map();
      arrivals.set(route.lane, arrival);
    }
    const marks = alert && this.#quiet.hasMutes ? this.#quiet.opens(alert, now) : undefined;
    return { kind: 'read', facts, raw, lanes, arrivals, skips, marks };
  }

  /**
   * What each stage says of an alert, for every integration.
   * @param opened what is stored of mutes.
   */
  decide(read: ReadAlert, opened: MuteOpened = () => undefined): RouteDecision[] {
    const alert = routedAlert(read);
    const quiet = [
      new SilenceStage(this.#quiet, this.#clock),
      new MuteStage(this.#quiet, this.#clock, opened),
    ];
    const stages = [this.#filter, ...this.#later, ...quiet];
    return this.#routes.map((route) => ({ route, ...decide(stages, alert, route) }));
  }

  #refusal(alert: RoutedAlert, route: Route): Refusal | undefined {
    for (const stage of this.#later) {
      const refusal = stage.refuse(alert, route);
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  }
}

/** A read alert for the stages. */
export function routedAlert({ facts, old, raw }: ReadAlert): RoutedAlert {
  let alert: Alert | undefined;
  return { facts, old, alert: () => (alert ??= alertOf(raw)) };
}
