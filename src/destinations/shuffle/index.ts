import { z } from 'zod';
import {
  type Alert,
  classifyHttp,
  type Delivery,
  defineDestination,
  delivered,
  displayText,
  failed,
  firstJson,
  type HttpRequest,
  type HttpResponse,
  hookUrl,
  idempotentHeaders,
  type JsonDocument,
  type JsonObject,
  messageSetting,
  NOT_AVAILABLE,
  type Outcome,
  openOptions,
  type Service,
  stringify,
  withOptions,
  yamlSetting,
} from '../sdk/index.ts';
import { bundleMessage } from './bundle.ts';
import { examples } from './examples.ts';
import { severity } from './severity.ts';

/**
 * The reference's list: rules about Docker, VirusTotal and others whose alerts Shuffle itself tends
 * to cause, so that sending them could cause a loop. 5710 is on the reference's list as well.
 */
const SKIPPED_RULES: readonly string[] =
  '87924 87900 87901 87902 87903 87904 86001 86002 86003 87932 80710 87929 87928 5710'.split(' ');

/**
 * What an alert contains whose rule is on that list: its digits, or another spelling of them,
 * with escapes or as a number such as 571e1. Most alerts contain neither, and need not be parsed.
 */
const MAY_BE_SKIPPED = new RegExp(String.raw`${SKIPPED_RULES.join('|')}|\\u00|"id"\s*:\s*[-\d]`);

/** A version 2 hook answers only after its workflow has run, which may take 15 seconds. */
const LEAST_SECONDS = 20;

const SHUFFLE: Service = {
  title: 'Shuffle',
  credential: 'hook_url',
  advice:
    'Open the webhook in its workflow, check that it is started, copy its address into <hook_url>, and reload.',
};

/** Highest rule id: the reference holds numbers in 32 bits. */
const LARGEST_RULE = 2 ** 31 - 1;

const settings = z.object({
  hook_url: hookUrl("The address of the workflow's webhook."),
  options: openOptions('A JSON object that is merged into the message and replaces its members.', [
    'severity',
    'pretext',
    'title',
    'text',
    'rule_id',
    'timestamp',
    'all_fields',
  ]),
  skip_rules: yamlSetting(
    z.array(z.int().min(1).max(LARGEST_RULE)).optional(),
    'Rule ids whose alerts are not sent, in place of the built-in list.',
  ),
  message: messageSetting(),
});
type Settings = z.output<typeof settings>;

/** Shuffle's webhooks: every alert starts the workflow once. */
export default defineDestination({
  name: 'shuffle',
  title: 'Shuffle',
  knownToWazuh: true,
  settings,
  concurrency: 4,
  defaultTimeout: LEAST_SECONDS,
  skip,
  request,
  read,
  examples,
});

function skip(alert: Alert, { skip_rules: own }: Settings): string | undefined {
  // A large one is not parsed for this, and its text would be as large.
  const isSearched = own === undefined && !alert.isLarge;
  if (isSearched && !MAY_BE_SKIPPED.test(alert.raw.toString('latin1'))) return undefined;
  const id = displayText(alert.at('rule', 'id'));
  if (id === undefined) return undefined;
  const skipped = own === undefined ? SKIPPED_RULES : own.map(String);
  if (!skipped.includes(id)) return undefined;
  return own === undefined
    ? `rule ${id} is on the list of rules that are not sent to Shuffle, because Shuffle's own activity can trigger them; the skip_rules setting replaces this list`
    : `rule ${id} is in the skip_rules setting`;
}

function request(delivery: Delivery<Settings>): HttpRequest {
  const { alert, bundle, key, settings } = delivery;
  const fields = bundle === undefined ? message(alert) : bundleMessage({ alert, bundle, key });
  return {
    method: 'POST',
    url: settings.hook_url,
    headers: idempotentHeaders(delivery),
    body: stringify(withOptions(fields, settings.options)),
  };
}

function message(alert: Alert): Record<string, JsonDocument | undefined> {
  return {
    severity: severity(alert.level),
    pretext: 'WAZUH Alert',
    title: displayText(alert.at('rule', 'description')) ?? NOT_AVAILABLE,
    text: alert.jsonAt('full_log') ?? null,
    rule_id: alert.at('rule', 'id') ?? NOT_AVAILABLE,
    timestamp: alert.at('timestamp'),
    id: alert.at('id'),
    all_fields: alert.rawJson,
  };
}

/**
 * What Shuffle's answer means. A hook can be configured to answer anything, so with a success status only
 * an explicit `"success": false` is a failure.
 */
function read(response: HttpResponse, now: number): Outcome {
  const { status } = response;
  const json = firstJson(response.body);
  if (status >= 200 && status < 300) {
    if (json?.['success'] !== false) return delivered(response);
    return failed(
      response,
      {
        kind: 'retry',
        reason: 'server_error',
        message:
          'Shuffle accepted the alert, but reports that its workflow failed. Check the run in Shuffle.',
        // Every attempt runs the workflow again.
        quickOnly: true,
      },
      now,
    );
  }
  const notRunning = status === 400 ? hookProblem(json) : undefined;
  if (notRunning === undefined) return classifyHttp(response, SHUFFLE, now);
  return failed(
    response,
    { kind: 'park', reason: 'client_error', message: `${notRunning} ${SHUFFLE.advice}` },
    now,
  );
}

/** Shuffle answers 400 also when the hook, not the message, is at fault. */
function hookProblem(json: JsonObject | undefined): string | undefined {
  if (json?.['success'] !== false) return undefined;
  const reason = displayText(json['reason']);
  if (reason === undefined) return 'Shuffle does not know this webhook (HTTP 400).';
  if (/isn't running/i.test(reason)) return 'The webhook in Shuffle is stopped (HTTP 400).';
  if (/no workflows/i.test(reason)) return 'The webhook in Shuffle has no workflow (HTTP 400).';
  if (/useragent/i.test(reason)) {
    return 'Shuffle mistakes integratord for a link preview bot (HTTP 400); a proxy may be changing the user agent.';
  }
  return undefined;
}
