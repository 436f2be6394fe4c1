import { Alert } from '../alert/alert.ts';
import type { AlertFacts, Unreadable } from '../alert/alert-scan.ts';
import { readAlert } from '../alert/formats/read-alert.ts';
import type { Destination } from '../core/destination.ts';
import type { Integration } from '../core/integration.ts';
import { compileMatcher, type Matcher } from '../filters/matcher.ts';
import { Prefilter } from '../filters/prefilter/prefilter.ts';

/** An integration that takes part, and what delivers for it. */
export interface Route {
  readonly integration: Integration;
  readonly destination: Destination;
  /** Its lane in the outbox. */
  readonly lane: number;
}

/** The result for one line. */
export type Routing =
  | { readonly kind: 'unreadable'; readonly reason: Unreadable }
  /** An alert that the fast path saw to match no integration. */
  | { readonly kind: 'nobody' }
  | {
      readonly kind: 'read';
      readonly facts: AlertFacts;
      /** What is delivered: the alert in the shape of Wazuh 4. */
      readonly raw: Buffer;
      readonly lanes: readonly number[];
      readonly skips: readonly Skip[];
    };

const NOBODY: Routing = { kind: 'nobody' };

/** A match that is deliberately not delivered. */
export interface Skip {
  readonly integration: string;
  readonly reason: string;
}

/** A bug in a destination's rule must not stop the reading: then the alert is delivered. */
function skipReason(destination: Destination, alert: Alert, integration: Integration) {
  try {
    return destination.skip?.(alert, integration);
  } catch {
    return undefined;
  }
}

/** Decides for each line which lanes it goes to. */
export class Router {
  readonly #routes: readonly Route[];
  readonly #prefilter: Prefilter;
  readonly #matcher: Matcher;

  constructor(routes: readonly Route[]) {
    const integrations = routes.map((route) => route.integration);
    this.#routes = routes;
    this.#prefilter = new Prefilter(integrations);
    this.#matcher = compileMatcher(integrations);
  }

  /** Routes the record `bytes[start, end)`, a line without its newline or a text alert. */
  route(bytes: Buffer, start: number, end: number): Routing {
    if (!this.#prefilter.mayMatch(bytes, start, end)) return NOBODY;
    const read = readAlert(bytes, start, end);
    if (typeof read === 'string') return { kind: 'unreadable', reason: read };
    const { facts, raw } = read;
    const lanes: number[] = [];
    const skips: Skip[] = [];
    let alert: Alert | undefined;
    for (const position of this.#matcher.match(facts, read.old)) {
      const { integration, destination, lane } = this.#routes[position] as Route;
      if (destination.skip !== undefined) {
        alert ??= new Alert(raw);
        const reason = skipReason(destination, alert, integration);
        if (reason !== undefined) {
          skips.push({ integration: integration.id, reason });
          continue;
        }
      }
      lanes.push(lane);
    }
    return { kind: 'read', facts, raw, lanes, skips };
  }
}
