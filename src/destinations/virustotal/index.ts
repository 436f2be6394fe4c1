import type { Alert } from '../../alert/alert.ts';
import type { DeliveryContext, Job } from '../../core/destination.ts';
import { DAY_MS, MINUTE_MS } from '../../core/durations.ts';
import type { Integration } from '../../core/integration.ts';
import type { AttemptDetail, Outcome } from '../../core/outcome.ts';
import {
  apiKey,
  cacheTimes,
  enrichmentDestination,
  quotaOf,
} from '../sdk/enrichment/enrichment-destination.ts';
import { hashIn, isHashOfNothing } from '../sdk/enrichment/file-hash.ts';
import { type Lookup, lookUp } from '../sdk/enrichment/lookup.ts';
import { attemptSeconds } from '../sdk/http-destination.ts';
import { accountName } from '../sdk/service-address.ts';
import { readV2, readV3, type Verdict, type VerdictTimes } from './answer.ts';
import { fileRequest, virusTotalApi } from './api.ts';
import { type FileHash, failureEvent, fileEvent } from './event.ts';

const NAME = 'virustotal';

/** The quota of a free key. */
const QUOTA = { perMinute: 4, perDay: 500 };

/** How long to wait for an analysis before the next lookup; doubles every time. */
const FIRST_PENDING_MS = 5 * MINUTE_MS;
const LONGEST_PENDING_MS = 60 * MINUTE_MS;

/** VirusTotal: what do its engines say about the file in an alert? */
export const virustotal = enrichmentDestination({
  name: NAME,
  title: 'VirusTotal',
  requires: ['api_key'],
  notApplicable(alert) {
    const hash = fileHash(alert);
    return typeof hash === 'string' ? hash : undefined;
  },
  requests({ alert, integration }) {
    const hash = fileHash(alert);
    return typeof hash === 'string' ? [] : [requestFor(integration, hash)];
  },
  enrich,
});

/**
 * The hash to look up: the MD5 as in the reference, else the SHA-256 or SHA-1. Or why there is
 * nothing to look up.
 */
function fileHash(alert: Alert): FileHash | string {
  for (const kind of ['md5', 'sha256', 'sha1'] as const) {
    const hash = hashIn(alert.at('syscheck', `${kind}_after`), kind);
    if (hash === undefined) continue;
    return isHashOfNothing(hash) ? 'the file is empty' : { kind, hash };
  }
  return 'the alert has no file hash (syscheck.md5_after, sha256_after or sha1_after)';
}

function requestFor(integration: Integration, { hash }: FileHash) {
  return fileRequest(virusTotalApi(integration), apiKey(integration), hash.toLowerCase());
}

async function enrich(job: Job, context: DeliveryContext): Promise<Outcome> {
  const { alert, integration } = job;
  const hash = fileHash(alert);
  if (typeof hash === 'string') return { kind: 'reject', reason: 'rejected', message: hash };
  const timeoutMs = attemptSeconds(integration) * 1000;
  const found = await lookUp(lookupOf(job, hash), context, timeoutMs);
  switch (found.kind) {
    case 'answer':
      // Only integratord writes the cache, in this shape.
      return answered(alert, hash, found.answer as unknown as Verdict, found.detail);
    case 'wait':
      return found.firstReport ? withFailureEvent(found.outcome) : found.outcome;
    case 'failed':
      return isReported(found.outcome, job, context)
        ? withFailureEvent(found.outcome)
        : found.outcome;
  }
}

function lookupOf(job: Job, hash: FileHash): Lookup {
  const { integration } = job;
  const read = virusTotalApi(integration).version === 2 ? readV2 : readV3;
  const times = verdictTimes(job);
  return {
    account: account(integration),
    key: apiKey(integration),
    subject: `file:${hash.hash.toLowerCase()}`,
    request: requestFor(integration, hash),
    quota: quotaOf(integration, QUOTA),
    read: (response, now) => read(response, now, times),
  };
}

function account(integration: Integration): string {
  return accountName(NAME, virusTotalApi(integration).base, apiKey(integration));
}

function verdictTimes({ attempts, integration }: Job): VerdictTimes {
  const pendingMs = Math.min(FIRST_PENDING_MS * 2 ** Math.min(attempts, 10), LONGEST_PENDING_MS);
  return { ...cacheTimes(integration), pendingMs };
}

function answered(alert: Alert, hash: FileHash, verdict: Verdict, detail: AttemptDetail): Outcome {
  if (verdict.kind === 'pending') {
    const message =
      'VirusTotal knows the file, but has not analysed it yet. It will be retried later.';
    return { ...detail, kind: 'retry', reason: 'rejected', notBefore: verdict.until, message };
  }
  const message =
    verdict.kind === 'unknown'
      ? 'VirusTotal does not know this file.'
      : `${verdict.positives} of ${verdict.total} VirusTotal engines call this file malicious.`;
  return { ...detail, kind: 'delivered', message, events: [fileEvent(alert, hash, verdict)] };
}

/**
 * Whether to report a failure to the manager. One that will be retried: when the quick retries
 * are used up, as the reference does. A refusal, which would hit every alert: once a day.
 */
function isReported(outcome: Outcome, job: Job, { clock, quota }: DeliveryContext): boolean {
  if (outcome.kind === 'retry') return job.attempts === job.integration.retries;
  if (outcome.kind !== 'park') return true;
  // The quota of this name is never used as one: it only remembers who was first.
  const name = `${account(job.integration)}:refused:${outcome.status}`;
  return quota.exhausted(name, clock.now() + DAY_MS);
}

function withFailureEvent(outcome: Outcome): Outcome {
  const event = failureEvent(outcome);
  return event === undefined ? outcome : { ...outcome, events: [event] };
}
