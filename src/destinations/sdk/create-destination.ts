import type { Alert } from '../../alert/alert.ts';
import type {
  DeliveryContext,
  Destination,
  HttpResult,
  Job,
  Plan,
} from '../../core/destination.ts';
import { type OwnSettings, readOwnSettings } from '../../core/destination-settings.ts';
import type { Integration } from '../../core/integration.ts';
import type { Outcome } from '../../core/outcome.ts';
import type { Definition, Delivery, RequestDefinition } from './define.ts';
import { resultOf } from './enrichment/circle.ts';
import { verdictAlert } from './enrichment/verdict-alert.ts';
import { fromExamples } from './example-settings.ts';
import { type RequestSession, startSession, unanswered } from './request-session.ts';
import { withoutSecrets } from './scrub.ts';

/** Settings in the type of the schema that belongs to the definition, which is not known here. */
type Settings = Record<string, unknown>;

/**
 * Makes a destination of its definition.
 * @param enrichments the names of all destinations that enrich: none gets what another found out, so
 * that nothing can go round in circles.
 */
export function createDestination(
  definition: Definition,
  enrichments: readonly string[] = [],
): Destination {
  const { name, title, settings: schema, concurrency, limits, defaultTimeout } = definition;
  const enriches = 'enrich' in definition;
  const read = settingsReader(definition);
  const skip = skipper(definition, read, enrichments);
  const attempt = attempter(definition, skip);
  const forPlan = (job: Job): Delivery<Settings> => {
    const own = read(job.integration);
    const settings = own.ok ? own.settings : fromExamples(definition, job.integration);
    return { ...job, settings };
  };
  return {
    name,
    title,
    settings: schema,
    concurrency,
    ...(enriches ? { enriches, highestLevelFirst: true } : {}),
    ...(definition.opensCases === true ? { opensCases: true } : {}),
    ...('retriesOnRequest' in definition ? { retriesOnRequest: true } : {}),
    ...('turnsOn' in definition ? { turnsOn: definition.turnsOn } : {}),
    ...(defaultTimeout === undefined ? {} : { defaultTimeout }),
    ...(skip === undefined ? {} : { skip }),
    rateLimit(integration) {
      const own = read(integration);
      return own.ok && limits?.appliesTo(own.settings) === true ? limits : undefined;
    },
    ...('quota' in definition
      ? {
          quota: (integration: Integration) => {
            const own = read(integration);
            return own.ok ? definition.quota(own.settings) : undefined;
          },
          account: (integration: Integration) => {
            const own = read(integration);
            return own.ok ? definition.account(own.settings) : undefined;
          },
        }
      : {}),
    plan: (job) => planOf(definition, forPlan(job)),
    async deliver(job, context) {
      const own = read(job.integration);
      if (!own.ok) {
        const message = `${own.problem.reason}. Correct the configuration and reload.`;
        return { kind: 'park', reason: 'client_error', message };
      }
      const delivery = delivered(job, own.settings);
      const outcome = await attempt(delivery, context);
      const forms = () => definition.secretForms?.(own.settings) ?? [];
      return withoutSecrets(outcome, job.integration, context.scrubber, forms);
    },
    ...('verdict' in definition
      ? {
          verdict: (source, event) => verdictAlert(source, event, name, definition.verdict),
        }
      : {}),
  };
}

/** Written out: spreading costs, and this is on the way of every attempt. */
function delivered(job: Job, settings: Settings) {
  const { alert, integration, key, attempts, bundle, isCanary } = job;
  return { alert, integration, key, attempts, bundle, isCanary, settings };
}

/** Settings are read once per integration. */
function settingsReader({ settings: schema, title }: Definition) {
  const known = new WeakMap<Integration, OwnSettings<Settings>>();
  return (integration: Integration): OwnSettings<Settings> => {
    let own = known.get(integration);
    if (own === undefined) {
      own = readOwnSettings(schema, integration, title);
      known.set(integration, own);
    }
    return own;
  };
}

type Skip = NonNullable<Destination['skip']>;

function skipper(
  definition: Definition,
  read: ReturnType<typeof settingsReader>,
  enrichments: readonly string[],
): Skip | undefined {
  if ('enrich' in definition) {
    return (alert: Alert) => resultOf(alert, enrichments) ?? definition.notApplicable(alert);
  }
  const { skip } = definition;
  if (skip === undefined) return undefined;
  return (alert, integration) => {
    const own = read(integration);
    return own.ok ? skip(alert, own.settings) : undefined;
  };
}

function planOf(definition: Definition, delivery: Delivery<Settings>): Plan {
  if ('plan' in definition) return definition.plan(delivery);
  const requests =
    'requests' in definition ? definition.requests(delivery) : [definition.request(delivery)];
  return { kind: 'requests', requests };
}

type Attempt = (delivery: Delivery<Settings>, context: DeliveryContext) => Promise<Outcome>;

function attempter(definition: Definition, skip: Skip | undefined): Attempt {
  if ('deliver' in definition) return definition.deliver;
  if ('enrich' in definition) {
    return async (delivery, context) => {
      const reason = skip?.(delivery.alert, delivery.integration);
      if (reason === undefined) return await definition.enrich(delivery, context);
      return { kind: 'reject', reason: 'rejected', message: `Nothing was looked up: ${reason}.` };
    };
  }
  return async (delivery, context) => {
    const session = startSession(delivery.integration, context, definition.defaultTimeout);
    return 'exchange' in definition
      ? await definition.exchange(delivery, session, context)
      : await sendOne(definition, delivery, session, context);
  };
}

/** One request, and where the service rejects it, once more a smaller one. */
async function sendOne(
  { request, read, shrink }: RequestDefinition<Definition['settings']>,
  delivery: Delivery<Settings>,
  session: RequestSession,
  { clock }: DeliveryContext,
): Promise<Outcome> {
  const outcomeOf = (result: HttpResult) =>
    result.ok ? read(result, clock.now()) : unanswered(result, 'It will be retried.');
  const result = await session.send(request(delivery));
  const outcome = outcomeOf(result);
  if (!result.ok || outcome.kind !== 'reject' || session.isOver()) return outcome;
  const second = shrink?.(delivery, result);
  return second === undefined ? outcome : outcomeOf(await session.send(second));
}
