import { describe, expect, it } from 'vitest';
import { builtin } from '../../../../test/support/builtin.ts';
import { aContext, FakeHttp, response } from '../../../../test/support/fake-transports.ts';
import { aJob, anAlert, anIntegration } from '../../../../test/support/jobs.ts';
import { vectors } from '../../../../test/support/vectors.ts';
import { isJsonObject, type JsonObject, type JsonValue, stringify } from '../../../alert/json.ts';
import type { Destination, HttpResult } from '../../../core/destination.ts';
import type { ManagerEvent } from '../../../core/enrichment.ts';
import type { Integration } from '../../../core/integration.ts';
import { Secret } from '../../../core/secret.ts';

const maltiverse = builtin('maltiverse');
const virustotal = builtin('virustotal');

/** What an integration does with an alert until it goes over to the long schedule. */
interface Played {
  readonly skipped: boolean;
  readonly urls: readonly string[];
  readonly events: readonly ManagerEvent[];
}

/**
 * Plays a row. The reference asks, and asks again after a time-out, within one run of its script;
 * here every try is an attempt of its own, which the lane repeats while the outcome is `retry`. What
 * the reference sends at the end of its run is what was told by the end of the quick retries.
 */
async function play(
  destination: Destination,
  integration: Integration,
  alert: JsonObject,
  result: HttpResult,
): Promise<Played> {
  const http = new FakeHttp(result);
  const context = aContext({ http });
  const events: ManagerEvent[] = [];
  const job = aJob(anAlert(alert), integration);
  if (destination.skip?.(job.alert, integration) !== undefined) {
    return { skipped: true, urls: [], events };
  }
  for (let attempts = 0; attempts <= integration.retries; attempts += 1) {
    const outcome = await destination.deliver({ ...job, attempts }, context);
    events.push(...(outcome.events ?? []));
    if (outcome.kind !== 'retry') break;
  }
  return { skipped: false, urls: http.requests.map(({ url }) => url.reveal()), events };
}

/** Prefix and message of a datagram; messages are compared by their value. */
function parsed(datagram: string): { prefix: string; message: JsonValue } {
  const at = datagram.indexOf('{');
  return { prefix: datagram.slice(0, at), message: JSON.parse(datagram.slice(at)) as JsonValue };
}

function datagrams(events: readonly ManagerEvent[]) {
  return events.map(({ location, message }) => parsed(`1:${location}:${stringify(message)}`));
}

describe('VirusTotal as the reference asks it (version 2)', () => {
  interface Row {
    readonly alert: JsonObject;
    readonly response: { readonly status: number | 'timeout'; readonly body: JsonValue };
    readonly requests: number;
    readonly datagrams: readonly string[];
    readonly reference_error?: string;
  }
  const rows = vectors<Row>('virustotal-v2.jsonl');
  const crashes = (row: Row) => row.reference_error === "KeyError: 'agent'";

  it('has all 200 rows', () => {
    expect(rows).toHaveLength(200);
    expect(rows.filter((row) => row.requests === 0)).toHaveLength(134);
    expect(rows.filter((row) => row.datagrams.length === 1)).toHaveLength(60);
    expect(rows.filter(crashes)).toHaveLength(6);
  });

  const integration = anIntegration({
    name: 'virustotal',
    apiKey: new Secret('e93facc04764012d7bfb002500d5d1a6'),
    options: { api_version: 2 },
  });

  function resultOf({ status, body }: Row['response']): HttpResult {
    if (status !== 'timeout') return response(status, body === null ? '' : JSON.stringify(body));
    return { ok: false, reason: 'timeout', message: 'No answer.', mayHaveArrived: true };
  }

  it.each(rows.map((row, at) => ({ at, row, status: row.response.status })))(
    'does the same: $at $status',
    async ({ row }) => {
      const { skipped, urls, events } = await play(
        virustotal,
        integration,
        row.alert,
        resultOf(row.response),
      );
      expect(skipped).toBe(row.requests === 0);
      // After an error of the service the reference gives up at once; here it is retried.
      expect(urls).toHaveLength(row.response.status === 500 ? row.requests * 4 : row.requests);
      const expected = crashes(row) ? [withoutAgent(row)] : row.datagrams.map(parsed);
      expect(datagrams(events)).toEqual(expected);
    },
  );

  /** The reference crashes on alerts without an agent; here they are told as the manager's own. */
  function withoutAgent({ alert, response: { body } }: Row) {
    if (!isJsonObject(body)) throw new Error('a row without an answer');
    const syscheck = alert['syscheck'] as JsonObject;
    const isFound = body['response_code'] === 1;
    const { sha1, scan_date, positives, total, permalink } = body;
    const message = {
      virustotal: {
        found: isFound ? 1 : 0,
        malicious: Number(positives ?? 0) > 0 ? 1 : 0,
        source: {
          alert_id: alert['id'],
          file: syscheck['path'],
          md5: syscheck['md5_after'],
          sha1: syscheck['sha1_after'],
        },
        ...(isFound ? { sha1, scan_date, positives, total, permalink } : {}),
      },
      integration: 'virustotal',
    };
    return { prefix: '1:virustotal:', message };
  }
});

describe('Maltiverse as the reference asks it', () => {
  interface Row {
    readonly alert: JsonObject;
    readonly ioc_response: JsonValue;
    readonly urls: readonly string[];
    readonly datagrams: readonly string[];
    readonly deliberate_difference?: boolean;
  }
  const rows = vectors<Row>('maltiverse.jsonl');

  it('has all 133 rows', () => {
    expect(rows).toHaveLength(133);
    expect(rows.filter((row) => row.urls.length === 0)).toHaveLength(28);
    expect(rows.filter((row) => row.deliberate_difference === true)).toHaveLength(38);
    expect(rows.flatMap((row) => row.datagrams)).toHaveLength(170);
  });

  const integration = anIntegration({
    name: 'maltiverse',
    hookUrl: new Secret('https://api.maltiverse.com'),
    apiKey: new Secret('e93facc04764012d7bfb002500d5d1a6'),
  });

  it.each(rows.map((row, at) => ({ at, row })))('does the same: $at', async ({ row }) => {
    const result = response(200, JSON.stringify(row.ioc_response));
    const { skipped, urls, events } = await play(maltiverse, integration, row.alert, result);
    expect(skipped).toBe(row.urls.length === 0);
    expect(urls).toEqual(row.urls);
    expect(datagrams(events)).toEqual(row.datagrams.map(parsed));
  });
});
