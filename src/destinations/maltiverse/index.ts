import { z } from 'zod';
import {
  type AttemptDetail,
  accountName,
  addressBelow,
  attemptSeconds,
  cacheTimes,
  type Delivery,
  type DeliveryContext,
  defineDestination,
  enrichmentSettings,
  type HttpRequest,
  headerKey,
  hookUrl,
  type Lookup,
  lookUp,
  type ManagerEvent,
  type Outcome,
  quotaOf,
  Secret,
  VERSION,
} from '../sdk/index.ts';
import { type Knowledge, readMaltiverse } from './answer.ts';
import { indicatorEvent } from './event.ts';
import { examples } from './examples.ts';
import { type Indicator, indicators } from './questions.ts';
import { verdict } from './verdict.ts';

const NAME = 'maltiverse';

/** Maltiverse publishes no limit; this one is ours. */
const QUOTA = { perMinute: 60, perDay: Number.POSITIVE_INFINITY };

/** Up to five lookups per alert. The reference waits forever. In seconds. */
const LEAST_SECONDS = 20;

const settings = z.object({
  hook_url: hookUrl('The address of the API: `https://api.maltiverse.com`.'),
  api_key: headerKey('The API key of your Maltiverse account.'),
  ...enrichmentSettings,
});
type Settings = z.output<typeof settings>;

/** Maltiverse: is anything in an alert (file, address, host, URL) known to be malicious? */
export default defineDestination({
  name: NAME,
  title: 'Maltiverse',
  knownToWazuh: true,
  settings,
  concurrency: 2,
  quota: (own) => quotaOf(own, QUOTA),
  account,
  defaultTimeout: LEAST_SECONDS,
  notApplicable: (alert) =>
    indicators(alert).length > 0
      ? undefined
      : 'the alert has nothing to look up (a file hash, a public source address, a host name or a URL)',
  requests: ({ alert, settings: own }) =>
    indicators(alert).map((indicator) => requestFor(own, indicator)),
  enrich,
  verdict,
  examples,
});

/** The API's address. The reference appends a slash. */
function base({ hook_url: address }: Settings): string {
  return address.reveal().trim();
}

function account(settings: Settings): string {
  return accountName(NAME, base(settings), settings.api_key.reveal());
}

function requestFor(settings: Settings, { path }: Indicator): HttpRequest {
  return {
    method: 'GET',
    url: addressBelow(base(settings), path),
    headers: {
      accept: 'application/json',
      'user-agent': `integratord/${VERSION}`,
      authorization: new Secret(`Bearer ${settings.api_key.reveal()}`),
    },
  };
}

function lookupOf(settings: Settings, indicator: Indicator): Lookup {
  const times = cacheTimes(settings);
  return {
    account: account(settings),
    key: settings.api_key.reveal(),
    subject: indicator.path,
    request: requestFor(settings, indicator),
    quota: quotaOf(settings, QUOTA),
    isNothing: ({ known }) => known === false,
    read: (response, now) => readMaltiverse(response, now, times),
  };
}

/**
 * Does one lookup after the other. When one fails temporarily, the whole attempt is retried, and
 * earlier answers then come from the cache; so nothing is reported before all are known. When one
 * can never be answered, the results of the others are still reported.
 */
async function enrich(
  { alert, integration, settings: own }: Delivery<Settings>,
  context: DeliveryContext,
): Promise<Outcome> {
  const { clock } = context;
  const deadline = clock.monotonic() + attemptSeconds(integration, LEAST_SECONDS) * 1000;
  const asked = indicators(alert);
  const events: ManagerEvent[] = [];
  let detail: AttemptDetail = {};
  let rejected: Outcome | undefined;
  for (const indicator of asked) {
    const question = lookupOf(own, indicator);
    const found = await lookUp(question, context, deadline - clock.monotonic());
    if (found.kind === 'answer') {
      // Only integratord writes the cache, in this shape.
      const knowledge = found.answer as unknown as Knowledge;
      if (knowledge.known) events.push(indicatorEvent(alert, indicator, knowledge));
      detail = { ...detail, ...found.detail };
    } else if (found.outcome.kind === 'reject') {
      rejected = found.outcome;
    } else {
      return found.outcome;
    }
  }
  if (rejected !== undefined) return { ...rejected, events };
  const message = `Maltiverse knows ${events.length} of ${asked.length} indicators of this alert.`;
  return { ...detail, kind: 'delivered', message, events };
}
