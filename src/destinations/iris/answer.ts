import {
  classifyHttp,
  delivered,
  displayText,
  failed,
  firstJson,
  type HttpResponse,
  type HttpResult,
  isJsonObject,
  type Outcome,
  type Service,
} from '../sdk/index.ts';

export const IRIS: Service = {
  title: 'DFIR-IRIS',
  credential: 'api_key',
  advice:
    'Check that <hook_url> is the address of IRIS, and that <api_key> belongs to a user who has the permissions alerts_write and alerts_read and access to the customer; then reload.',
};

/**
 * What IRIS's answer to a new alert means. IRIS answers 400 to nearly everything it refuses, so its
 * text decides whether the alert or the user of the key is at fault.
 */
export function readIris(response: HttpResponse, now: number): Outcome {
  const { status } = response;
  if (status >= 200 && status < 300) {
    if (saysSuccess(response)) return delivered(response);
    return failed(
      response,
      {
        kind: 'retry',
        reason: 'server_error',
        message: `DFIR-IRIS answered with status ${status}, but did not confirm the alert. A login page or a proxy may be answering instead; check <hook_url>. It will be retried.`,
      },
      now,
    );
  }
  if (status !== 400) return classifyHttp(response, IRIS, now);
  const words = complaint(response);
  const closed = whyClosed(words);
  if (closed !== undefined) {
    return failed(
      response,
      { kind: 'park', reason: 'auth', message: `${closed} ${IRIS.advice}` },
      now,
    );
  }
  const which = words === '' ? '' : `: ${words}`;
  return failed(
    response,
    {
      kind: 'reject',
      reason: 'client_error',
      message: `DFIR-IRIS does not accept this alert (HTTP 400)${which}. Inspect it with the command preview, and check <options> if they are set.`,
    },
    now,
  );
}

/** IRIS repeats the alert in its answer, which can make it longer than the part that is read. */
function saysSuccess({ body, truncated }: HttpResponse): boolean {
  const json = firstJson(body);
  if (json !== undefined) return json['status'] === 'success';
  return truncated && /^\s*\{\s*"(?:status"\s*:\s*"success"|data"|message")/.test(body);
}

/** What IRIS says is wrong; empty when it does not say. Field errors are Python's text of a dict. */
export function complaint({ body }: HttpResponse): string {
  return displayText(firstJson(body)?.['message'])?.trim() ?? '';
}

function whyClosed(words: string): string | undefined {
  if (/not entitled/i.test(words)) {
    return 'DFIR-IRIS says that the user of <api_key> has no access to this customer (HTTP 400). Set alert_customer_id in <options> to the right one, or give the user access.';
  }
  if (/csrf/i.test(words)) {
    return 'DFIR-IRIS did not get the API key (HTTP 400): a proxy may be removing the Authorization header.';
  }
  return undefined;
}

/** An alert that IRIS already has, as its list of alerts shows it. */
export interface Known {
  readonly source: string | undefined;
  readonly reference: string | undefined;
  readonly customer: number;
}

/**
 * The number of an alert in the answer to `/alerts/filter`. IRIS also finds references that only
 * contain the requested one, and versions before 2.4 ignore the filter, so each is compared.
 */
export function findKnown(result: HttpResult, wanted: Known): string | undefined {
  if (!result.ok || result.status !== 200) return undefined;
  const data = firstJson(result.body)?.['data'];
  if (!isJsonObject(data)) return undefined;
  const rows = data['alerts'] ?? data['data'];
  if (!Array.isArray(rows)) return undefined;
  for (const row of rows) {
    if (!isJsonObject(row)) continue;
    const isSame =
      row['alert_source_ref'] === wanted.reference &&
      row['alert_source'] === wanted.source &&
      row['alert_customer_id'] === wanted.customer;
    if (isSame) return displayText(row['alert_id']) ?? '';
  }
  return undefined;
}
