import type { DeliveryContext, HttpRequest, Job } from '../../core/destination.ts';
import type { ManagerEvent } from '../../core/enrichment.ts';
import type { Integration } from '../../core/integration.ts';
import type { AttemptDetail, Outcome } from '../../core/outcome.ts';
import { Secret } from '../../core/secret.ts';
import { VERSION } from '../../core/version.ts';
import {
  apiKey,
  cacheTimes,
  enrichmentDestination,
  quotaOf,
} from '../sdk/enrichment/enrichment-destination.ts';
import { type Lookup, lookUp } from '../sdk/enrichment/lookup.ts';
import { attemptSeconds } from '../sdk/http-destination.ts';
import { accountName, addressBelow } from '../sdk/service-address.ts';
import { type Knowledge, readMaltiverse } from './answer.ts';
import { indicatorEvent } from './event.ts';
import { type Indicator, indicators } from './questions.ts';

const NAME = 'maltiverse';

/** Maltiverse publishes no limit; this one is ours. */
const QUOTA = { perMinute: 60, perDay: Number.POSITIVE_INFINITY };

/** Up to five lookups per alert. The reference waits forever. In seconds. */
const LEAST_SECONDS = 20;

/** Maltiverse: is anything in an alert (file, address, host, URL) known to be malicious? */
export const maltiverse = enrichmentDestination({
  name: NAME,
  title: 'Maltiverse',
  requires: ['hook_url', 'api_key'],
  defaultTimeout: LEAST_SECONDS,
  notApplicable: (alert) =>
    indicators(alert).length > 0
      ? undefined
      : 'the alert has nothing to look up (a file hash, a public source address, a host name or a URL)',
  requests: ({ alert, integration }) =>
    indicators(alert).map((indicator) => requestFor(integration, indicator)),
  enrich,
});

/** The API's address. The reference appends a slash. */
function base({ hookUrl }: Integration): string {
  return hookUrl?.reveal().trim() ?? '';
}

function requestFor(integration: Integration, { path }: Indicator): HttpRequest {
  return {
    method: 'GET',
    url: addressBelow(base(integration), path),
    headers: {
      accept: 'application/json',
      'user-agent': `integratord/${VERSION}`,
      authorization: new Secret(`Bearer ${apiKey(integration)}`),
    },
  };
}

function lookupOf(integration: Integration, indicator: Indicator): Lookup {
  const times = cacheTimes(integration);
  return {
    account: accountName(NAME, base(integration), apiKey(integration)),
    key: apiKey(integration),
    subject: indicator.path,
    request: requestFor(integration, indicator),
    quota: quotaOf(integration, QUOTA),
    read: (response, now) => readMaltiverse(response, now, times),
  };
}

/**
 * Does one lookup after the other. When one fails temporarily, the whole attempt is retried, and
 * earlier answers then come from the cache; so nothing is reported before all are known. When one
 * can never be answered, the results of the others are still reported.
 */
async function enrich({ alert, integration }: Job, context: DeliveryContext): Promise<Outcome> {
  const { clock } = context;
  const deadline = clock.monotonic() + attemptSeconds(integration, LEAST_SECONDS) * 1000;
  const asked = indicators(alert);
  const events: ManagerEvent[] = [];
  let detail: AttemptDetail = {};
  let rejected: Outcome | undefined;
  for (const indicator of asked) {
    const question = lookupOf(integration, indicator);
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
