import { z } from 'zod';
import {
  type Alert,
  type AttemptDetail,
  accountName,
  attemptSeconds,
  cacheTimes,
  DAY_MS,
  type Delivery,
  type DeliveryContext,
  defineDestination,
  enrichmentSettings,
  hashIn,
  headerKey,
  isHashOfNothing,
  type Lookup,
  lookUp,
  MINUTE_MS,
  type Outcome,
  option,
  optionalHookUrl,
  quotaOf,
} from '../sdk/index.ts';
import { readV2, readV3, type Verdict, type VerdictTimes } from './answer.ts';
import { fileRequest, virusTotalApi } from './api.ts';
import { type FileHash, failureEvent, fileEvent } from './event.ts';
import { examples } from './examples.ts';
import { verdict } from './verdict.ts';

const NAME = 'virustotal';

/** The quota of a free key. */
const QUOTA = { perMinute: 4, perDay: 500 };

/** How long to wait for an analysis before the next lookup; doubles every time. */
const FIRST_PENDING_MS = 5 * MINUTE_MS;
const LONGEST_PENDING_MS = 60 * MINUTE_MS;

const settings = z.object({
  api_key: headerKey('The API key of your VirusTotal account.'),
  hook_url: optionalHookUrl(
    'The address of the API, for a gateway. Default: `https://www.virustotal.com`.',
  ),
  api_version: option(
    z.union([z.literal(3), z.literal(2), z.literal('3'), z.literal('2')]).catch(3),
    'The version of the API, 3 or 2. Default: 3, or 2 where the address has `/vtapi/v2`.',
  ),
  ...enrichmentSettings,
});
type Settings = z.output<typeof settings>;

/** VirusTotal: what do its engines say about the file in an alert? */
export default defineDestination({
  name: NAME,
  title: 'VirusTotal',
  knownToWazuh: true,
  settings,
  concurrency: 2,
  quota: (own) => quotaOf(own, QUOTA),
  account,
  notApplicable(alert) {
    const hash = fileHash(alert);
    return typeof hash === 'string' ? hash : undefined;
  },
  requests(delivery) {
    const hash = fileHash(delivery.alert);
    return typeof hash === 'string' ? [] : [requestFor(delivery.settings, hash)];
  },
  enrich,
  verdict,
  examples,
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

function requestFor(settings: Settings, { hash }: FileHash) {
  return fileRequest(apiOf(settings), settings.api_key.reveal(), hash.toLowerCase());
}

function apiOf({ hook_url: address, api_version: version }: Settings) {
  return virusTotalApi(address, version);
}

async function enrich(job: Delivery<Settings>, context: DeliveryContext): Promise<Outcome> {
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

function lookupOf(job: Delivery<Settings>, hash: FileHash): Lookup {
  const { settings } = job;
  const read = apiOf(settings).version === 2 ? readV2 : readV3;
  const times = verdictTimes(job);
  return {
    account: account(settings),
    key: settings.api_key.reveal(),
    subject: `file:${hash.hash.toLowerCase()}`,
    request: requestFor(settings, hash),
    quota: quotaOf(settings, QUOTA),
    isNothing: ({ kind }) => kind === 'unknown',
    read: (response, now) => read(response, now, times),
  };
}

function account(settings: Settings): string {
  return accountName(NAME, apiOf(settings).base, settings.api_key.reveal());
}

function verdictTimes({ attempts, settings }: Delivery<Settings>): VerdictTimes {
  const pendingMs = Math.min(FIRST_PENDING_MS * 2 ** Math.min(attempts, 10), LONGEST_PENDING_MS);
  return { ...cacheTimes(settings), pendingMs };
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
function isReported(
  outcome: Outcome,
  job: Delivery<Settings>,
  { clock, quota }: DeliveryContext,
): boolean {
  if (outcome.kind === 'retry') return job.attempts === job.integration.retries;
  if (outcome.kind !== 'park') return true;
  // The quota of this name is never used as one: it only remembers who was first.
  const name = `${account(job.settings)}:refused:${outcome.status}`;
  return quota.exhausted(name, clock.now() + DAY_MS);
}

function withFailureEvent(outcome: Outcome): Outcome {
  const event = failureEvent(outcome);
  return event === undefined ? outcome : { ...outcome, events: [event] };
}
