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

/** There may be five questions about one alert. The reference waits for ever. */
const LEAST_SECONDS = 20;

/** Maltiverse: is anything in an alert (file, address, host, URL) known for evil? */
export const maltiverse = enrichmentDestination({
  name: NAME,
  title: 'Maltiverse',
  requires: ['hook_url', 'api_key'],
  defaultTimeout: LEAST_SECONDS,
  notApplicable: (alert) =>
    indicators(alert).length > 0
      ? undefined
      : 'the alert holds nothing to ask about (the hash of a file, a public source address, a host name or a URL)',
  requests: ({ alert, integration }) =>
    indicators(alert).map((indicator) => requestFor(integration, indicator)),
  enrich,
});

/** The API's address. The reference puts a slash behind it. */
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
 * Asks one question after the other. When one fails for now, the whole attempt is made again, and
 * what was answered comes from the cache then; so nothing is told before all is known. When one
 * can never be answered, what the others brought is told all the same.
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
      // Only this program writes it, in this shape.
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
