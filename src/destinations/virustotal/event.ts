import {
  type Alert,
  fitted,
  type HashKind,
  hashIn,
  type JsonDocument,
  type ManagerEvent,
  managerLocation,
  type Outcome,
} from '../sdk/index.ts';
import type { Verdict } from './answer.ts';

const NAME = 'virustotal';

/** The hash that a file is looked up by. */
export interface FileHash {
  readonly kind: HashKind;
  /** As written in the alert. */
  readonly hash: string;
}

/**
 * The event for a verdict, as the reference builds it (rules 87103 to 87105 read it). What the alert
 * lacks is left out; the SHA-256 is included when it was the hash looked up.
 */
export function fileEvent(
  alert: Alert,
  asked: FileHash,
  verdict: Exclude<Verdict, { kind: 'pending' }>,
): ManagerEvent {
  const source = {
    alert_id: scalar(alert, 'id'),
    file: scalar(alert, 'syscheck', 'path'),
    md5: hashIn(alert.at('syscheck', 'md5_after'), 'md5'),
    sha1: scalar(alert, 'syscheck', 'sha1_after'),
    sha256: asked.kind === 'sha256' ? asked.hash : undefined,
  };
  if (verdict.kind === 'unknown') return event(alert, { found: 0, malicious: 0, source });
  const { positives, total, sha1, scan_date, permalink } = verdict;
  const malicious = positives > 0 ? 1 : 0;
  return event(alert, {
    found: 1,
    malicious,
    source,
    sha1,
    scan_date,
    positives,
    total,
    permalink,
  });
}

/**
 * The event for a failure, which rules 87101 (204), 87102 (403) and 87106 (408) read, with the
 * codes of version 2, even where version 3 uses others. Undefined when there was no
 * answer to report, or only an unusable one.
 */
export function failureEvent(outcome: Outcome): ManagerEvent | undefined {
  const { kind, status = 0 } = outcome;
  if (kind === 'delivered') return undefined;
  if (kind === 'wait') return error(204, 'Error: Public API request rate limit reached');
  if (status === 401 || status === 403) return error(403, 'Error: Check credentials');
  if (outcome.reason === 'timeout') return error(408, 'Error: API request timed out');
  return status < 300 ? undefined : error(status, 'Error: API request fail');
}

function error(code: number, description: string): ManagerEvent {
  const message = { virustotal: { error: code, description }, integration: NAME };
  return { location: NAME, message };
}

function event(
  alert: Alert,
  virustotal: { readonly [key: string]: JsonDocument | undefined },
): ManagerEvent {
  const message = { virustotal, integration: NAME };
  return fitted({ location: managerLocation(alert, NAME), message });
}

/** A text, number or boolean of the alert as it is; undefined for everything else. */
function scalar(alert: Alert, ...path: string[]): JsonDocument | undefined {
  const value = alert.at(...path);
  return typeof value === 'object' ? undefined : value;
}
