import type { Alert } from '../../../alert/alert.ts';
import type { DeliveryContext, Destination, HttpRequest, Job } from '../../../core/destination.ts';
import { HOUR_MS } from '../../../core/durations.ts';
import type { QuotaLimits } from '../../../core/enrichment.ts';
import type { Integration } from '../../../core/integration.ts';
import type { Outcome } from '../../../core/outcome.ts';
import { whyUnusable } from '../http-destination.ts';
import { withoutSecrets } from '../scrub.ts';
import { isEnrichment } from './enrichment-alert.ts';

/** What distinguishes one enrichment from another. */
export interface EnrichmentService {
  readonly name: string;
  readonly title: string;
  readonly requires: readonly ('hook_url' | 'api_key')[];
  /** Minimum seconds per attempt when the configuration sets no timeout. */
  readonly defaultTimeout?: number;
  /** Why there is nothing to look up for this alert; undefined when there is. */
  readonly notApplicable: (alert: Alert) => string | undefined;
  /** The requests that would be sent. */
  readonly requests: (job: Job) => HttpRequest[];
  /** Looks up; only called with valid settings and an alert that has something to look up. */
  readonly enrich: (job: Job, context: DeliveryContext) => Promise<Outcome>;
}

/**
 * A destination that looks an alert up at a service and reports the result to the manager. Only a few
 * lookups at a time, for the most severe alerts first, since quotas are small.
 */
export function enrichmentDestination(service: EnrichmentService): Destination {
  const { name, title, requires, defaultTimeout, notApplicable, requests, enrich } = service;
  const skip = (alert: Alert) => isEnrichment(alert) ?? notApplicable(alert);
  const attempt = async (job: Job, context: DeliveryContext): Promise<Outcome> => {
    const unusable = whyUnusable(service, job.integration) ?? keyProblem(job.integration);
    if (unusable !== undefined) {
      const message = `${unusable}. Correct the configuration and reload.`;
      return { kind: 'park', reason: 'client_error', message };
    }
    const reason = skip(job.alert);
    if (reason === undefined) return await enrich(job, context);
    return { kind: 'reject', reason: 'rejected', message: `Nothing was looked up: ${reason}.` };
  };
  return {
    name,
    title,
    requires,
    concurrency: 2,
    highestLevelFirst: true,
    enriches: true,
    ...(defaultTimeout === undefined ? {} : { defaultTimeout }),
    problem: keyProblem,
    skip,
    plan: (job) => ({ kind: 'requests', requests: requests(job) }),
    deliver: async (job, context) => withoutSecrets(await attempt(job, context), job.integration),
  };
}

/** The key in the form that is sent. */
export function apiKey(integration: Integration): string {
  return integration.apiKey?.reveal().trim() ?? '';
}

function keyProblem(integration: Integration): string | undefined {
  return /[^\u0021-\u007e]/.test(apiKey(integration))
    ? '<api_key> contains spaces or characters that are never part of a key'
    : undefined;
}

/** The quota: from the settings, else what the service allows. */
export function quotaOf({ settings }: Integration, usual: QuotaLimits): QuotaLimits {
  return {
    perMinute: settings.quota?.perMinute ?? usual.perMinute,
    perDay: settings.quota?.perDay ?? usual.perDay,
  };
}

const FOUND_HOURS = 24;
const NOT_FOUND_HOURS = 1;

/** How long answers are cached, in milliseconds. */
export function cacheTimes({ settings }: Integration): { foundMs: number; unknownMs: number } {
  return {
    foundMs: (settings.cache?.foundHours ?? FOUND_HOURS) * HOUR_MS,
    unknownMs: (settings.cache?.notFoundHours ?? NOT_FOUND_HOURS) * HOUR_MS,
  };
}
