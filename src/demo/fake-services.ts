import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isJsonObject, type JsonObject, type JsonValue, valueAt } from '../alert/json.ts';
import type { Story } from './story.ts';

/** A request that arrived at a fake service, and its answer. */
export interface Arrival {
  readonly service: ServiceName;
  /** One line for people about the message. */
  readonly summary: string;
  readonly status: number;
}
export type ServiceName =
  | 'slack'
  | 'slack#2'
  | 'pagerduty'
  | 'shuffle'
  | 'virustotal'
  | 'custom-example';

/** Local servers that answer as the real services do. */
export interface FakeServices {
  readonly slackUrl: string;
  /** A webhook that somebody has removed. */
  readonly removedSlackUrl: string;
  readonly pagerDutyUrl: string;
  readonly pagerDutyKey: string;
  readonly shuffleUrl: string;
  readonly virusTotalUrl: string;
  readonly customUrl: string;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

const SLACK_PATH = '/services/T0EXAMPLE/B0EXAMPLE/not-a-real-webhook-token';
const REMOVED_SLACK_PATH = '/services/T0EXAMPLE/B1EXAMPLE/not-a-real-webhook-token';
const SHUFFLE_PATH = `/api/v1/hooks/webhook_${'0'.repeat(8)}-0000-4000-8000-${'0'.repeat(12)}`;
const PAGERDUTY_KEY = 'not-a-real-routing-key-012345678';
const VIRUSTOTAL_FILES = '/api/v3/files/';
const EICAR = {
  md5: '44d88612fea8a8f36de82e1278abb02f',
  sha1: '3395856ce81f2b7382dee72602f798b642f14140',
  sha256: '275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f',
};
const NOT_THERE: Answer = { status: 404, type: 'text/html', body: 'no_service' };
const LARGEST_BODY = 1024 * 1024;

/** Starts the fake services on a free local port. */
export async function startStandIns(
  story: Story,
  arrived: (arrival: Arrival) => void,
): Promise<FakeServices> {
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const { service, answer, summary } = route(request.url ?? '', body, story);
      response.writeHead(answer.status, { 'content-type': answer.type });
      response.end(answer.body);
      if (service !== undefined) arrived({ service, summary, status: answer.status });
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    slackUrl: origin + SLACK_PATH,
    removedSlackUrl: origin + REMOVED_SLACK_PATH,
    pagerDutyUrl: `${origin}/v2/enqueue`,
    pagerDutyKey: PAGERDUTY_KEY,
    shuffleUrl: origin + SHUFFLE_PATH,
    virusTotalUrl: origin,
    customUrl: `${origin}/custom`,
    close: () => closeServer(server),
  };
}

interface Routed {
  readonly service?: ServiceName;
  readonly answer: Answer;
  readonly summary: string;
}

function route(path: string, body: JsonObject | undefined, story: Story): Routed {
  switch (path) {
    case SLACK_PATH:
      return { service: 'slack', answer: slack(body), summary: slackSummary(body) };
    case REMOVED_SLACK_PATH:
      return { service: 'slack#2', answer: plain(404, 'no_service'), summary: slackSummary(body) };
    case '/v2/enqueue':
      return { service: 'pagerduty', answer: pagerDuty(body), summary: pagerDutySummary(body) };
    case SHUFFLE_PATH:
      return { service: 'shuffle', answer: shuffle(story), summary: text(body?.['title']) };
    case '/custom':
      return { service: 'custom-example', answer: plain(200, 'ok'), summary: text(body?.['line']) };
    default:
      return path.startsWith(VIRUSTOTAL_FILES)
        ? virusTotal(path)
        : { answer: NOT_THERE, summary: '' };
  }
}

/** The API v3 knows one file only: the harmless test file of all virus scanners. */
function virusTotal(path: string): Routed {
  const hash = path.slice(VIRUSTOTAL_FILES.length);
  const service = 'virustotal';
  if (hash !== EICAR.md5) {
    const error = { code: 'NotFoundError', message: `File "${hash}" not found` };
    return { service, answer: json(404, { error }), summary: `is asked about ${hash}: unknown` };
  }
  const attributes = {
    ...EICAR,
    last_analysis_date: 1_700_000_000,
    last_analysis_stats: { malicious: 66, suspicious: 0, undetected: 4, harmless: 0 },
  };
  const data = { id: EICAR.sha256, type: 'file', attributes };
  return { service, answer: json(200, { data }), summary: `is asked about ${hash}: malicious` };
}

/** Incoming webhooks answer in plain text: `ok`, or a word that says what is wrong. */
function slack(body: JsonObject | undefined): Answer {
  if (body === undefined) return plain(400, 'invalid_payload');
  const hasText = ['text', 'blocks', 'attachments'].some((key) => body[key] !== undefined);
  return hasText ? plain(200, 'ok') : plain(400, 'no_text');
}

function slackSummary(body: JsonObject | undefined): string {
  const attachments = body?.['attachments'];
  const first = Array.isArray(attachments) ? attachments[0] : undefined;
  return `${text(valueAt(first, 'color'))}: ${text(valueAt(first, 'title'))}`;
}

/** Events API v2: 202 with the dedup key, or 400 with the list of errors. */
function pagerDuty(body: JsonObject | undefined): Answer {
  if (body === undefined) {
    return json(400, {
      status: 'Unrecognized object',
      message: 'Event object format is unrecognized',
      errors: ['JSON parse error'],
    });
  }
  const errors: string[] = [];
  if (text(body['routing_key']).length !== 32) {
    errors.push("Length of 'routing_key' is incorrect (should be 32 characters)");
  }
  for (const field of ['summary', 'source', 'severity']) {
    if (text(valueAt(body, 'payload', field)) === '') {
      errors.push(`'payload.${field}' is missing or blank`);
    }
  }
  if (errors.length > 0) {
    return json(400, { status: 'invalid event', message: 'Event object is invalid', errors });
  }
  const dedupKey = text(body['dedup_key']) || createHash('md5').update(randomUUID()).digest('hex');
  return json(202, { status: 'success', message: 'Event processed', dedup_key: dedupKey });
}

function pagerDutySummary(body: JsonObject | undefined): string {
  const payload = body?.['payload'];
  return `${text(valueAt(payload, 'severity'))}: ${text(valueAt(payload, 'summary'))}`;
}

function shuffle({ isShuffleDown }: Story): Answer {
  if (isShuffleDown) return plain(503, 'down for maintenance');
  return json(200, { success: true, execution_id: randomUUID() });
}

function plain(status: number, body: string): Answer {
  return { status, type: 'text/html', body };
}

function json(status: number, body: JsonObject): Answer {
  return { status, type: 'application/json', body: JSON.stringify(body) };
}

function text(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** The body as a JSON object; undefined when it is not one, or too large. */
async function readBody(request: IncomingMessage): Promise<JsonObject | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= LARGEST_BODY) chunks.push(chunk);
  }
  try {
    const value: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}
