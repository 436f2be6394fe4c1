import type { AlertFacts } from '../alert/facts.ts';
import type { Clock } from '../core/clock.ts';
import type { Arrival, MuteMark } from '../core/grouping.ts';
import { Router, type Skip } from '../routing/router.ts';
import type { Route } from '../routing/stage.ts';
import { Quiet, type QuietSettings } from '../silences/quiet.ts';

/** One of the configurations that alerts go through. */
export interface RoutedSide {
  readonly routes: readonly Route[];
  readonly quiet: QuietSettings;
}

/** What the routers say of an alert that is for somebody, or opens a mute. */
export interface Routed {
  readonly facts: AlertFacts;
  readonly raw: Buffer;
  readonly lanes: readonly number[];
  readonly arrivals: ReadonlyMap<number, Arrival> | undefined;
  readonly skips: readonly Skip[];
  /** The mutes that it opens, for each configuration. */
  readonly marks: readonly (readonly MuteMark[] | undefined)[];
}

/**
 * Routes for several configurations at the same time: with one router, which reads an alert once, where
 * none of them has silences or mutes; else each has its own.
 */
export class Routers {
  readonly #routers: readonly Router[];

  constructor(sides: readonly RoutedSide[], clock: Pick<Clock, 'now'>) {
    const isQuiet = ({ quiet }: RoutedSide) => quiet.silences.length + quiet.mutes.length > 0;
    const apart = sides.some(isQuiet)
      ? sides
      : [{ routes: sides.flatMap(({ routes }) => routes), quiet: undefined }];
    this.#routers = apart.map(({ routes, quiet }) => new Router(routes, clock, new Quiet(quiet)));
  }

  /** Routes the record `bytes[start, end)`. */
  route(bytes: Buffer, start: number, end: number): Routed | 'nobody' | 'unreadable' {
    let found: Routed | undefined;
    for (let side = 0; side < this.#routers.length; side += 1) {
      const routing = (this.#routers[side] as Router).route(bytes, start, end);
      if (routing.kind === 'unreadable') return 'unreadable';
      if (routing.kind === 'nobody') continue;
      const { facts, raw, lanes, arrivals, skips } = routing;
      const marks = side === 0 ? [routing.marks] : [undefined, routing.marks];
      const one = { facts, raw, lanes, arrivals, skips, marks };
      found = found === undefined ? one : both(found, one);
    }
    return found ?? 'nobody';
  }
}

function both(a: Routed, b: Routed): Routed {
  return {
    ...a,
    lanes: [...a.lanes, ...b.lanes],
    arrivals: new Map([...(a.arrivals ?? []), ...(b.arrivals ?? [])]),
    skips: [...a.skips, ...b.skips],
    marks: [a.marks[0], b.marks[1]],
  };
}
