import type { ReadAlert } from '../../alert/formats/read-alert.ts';
import type { RecordedIntegration } from '../../app/routing-record.ts';
import type { PreparedIntegration } from '../../app/setup.ts';
import type { Integration } from '../../core/integration.ts';
import type { Decision } from '../../routing/chain.ts';
import { Router } from '../../routing/router.ts';
import type { Route } from '../../routing/stage.ts';
import type { Quiet } from '../../silences/quiet.ts';

/** Says of an alert what a configuration decides at a time, in milliseconds since 1970. */
export type Decider = (alert: ReadAlert, time: number) => ReadonlyMap<string, Decision>;

/**
 * Decides as the present configuration does.
 * @param quiet the silences that are asked as well.
 */
export function presentDecider(
  integrations: readonly PreparedIntegration[],
  quiet?: Quiet,
): Decider {
  return deciderOf(presentRoutes(integrations), quiet);
}

/** The routes of all integrations, also of those whose names lead nowhere; the lanes are their places. */
export function presentRoutes(integrations: readonly PreparedIntegration[]): Route[] {
  return integrations.map(({ integration, conditions, destination }, lane) => ({
    integration,
    conditions,
    destination: destination ?? { name: integration.name },
    lane,
  }));
}

/**
 * Decides as a recorded configuration did. What a destination leaves out by itself is not recorded: it
 * is as now.
 */
export function recordedDecider(
  recorded: readonly RecordedIntegration[],
  present: readonly PreparedIntegration[],
): Decider {
  return deciderOf(
    recorded.map(({ id, name, filters, conditions }, lane) => {
      const now = present.find(({ integration }) => integration.id === id);
      const settings = { ...now?.integration.settings, ...NO_DIALECTS, ...filters.settings };
      const integration = { ...(now?.integration ?? NOTHING), ...filters, id, name, settings };
      const destination = now?.integration.name === name ? now.destination : undefined;
      return { integration, conditions, destination: destination ?? { name }, lane };
    }),
  );
}

function deciderOf(routes: readonly Route[], quiet?: Quiet): Decider {
  let time = 0;
  const router = new Router(routes, { now: () => time }, quiet);
  return (alert, at) => {
    time = at;
    return new Map(router.decide(alert).map(({ route, ...rest }) => [route.integration.id, rest]));
  };
}

const NO_DIALECTS = { groupDialect: undefined, locationDialect: undefined };

/** An integration of which only filters are known. */
const NOTHING: Integration = {
  id: '',
  name: '',
  hookUrl: undefined,
  apiKey: undefined,
  level: 0,
  ruleIds: undefined,
  group: undefined,
  eventLocation: undefined,
  maxLog: 0,
  alertFormat: undefined,
  options: undefined,
  optionsText: undefined,
  timeout: 0,
  timeoutIsSet: false,
  retries: 0,
  retriesAreSet: false,
  settings: {},
  source: { file: '', line: 0, column: 0 },
};
