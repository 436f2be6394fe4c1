import {
  classifyHttp,
  delivered,
  type Failure,
  failed,
  firstJson,
  type HttpResponse,
  type JsonObject,
  type Outcome,
  type Service,
  valueAt,
} from '../sdk/index.ts';

const SLACK: Service = {
  title: 'Slack',
  credential: 'hook_url',
  advice: 'Create a new incoming webhook there, put its address into <hook_url>, and reload.',
};

/** Error words of Slack, Mattermost and Rocket.Chat for "nothing can be posted with this webhook". */
const BROKEN =
  /^(?:invalid_token|invalid_auth|token_revoked|account_inactive|action_prohibited|no_service|no_service_id|no_team|team_disabled|no_active_hooks|channel_not_found|channel_is_archived|is_archived|posting_to_general_channel_denied|user_not_found|invalid-channel|invalid integration id or token provided\.?|overriding destination channel is disabled.*|web\.incoming_webhook\.(?:invalid|channel|channel_locked|disabled|permissions)\..*)$/i;

/** Error words for "this message is malformed". */
const MALFORMED =
  /^(?:invalid_payload|no_text|missing_text_or_fallback_or_attachments|invalid_blocks|invalid_blocks_format|invalid_attachments|too_many_attachments|msg_too_long|web\.incoming_webhook\.(?:parse|text)\..*)$/i;

const TOO_MANY = /^(?:rate_?limited|.*\berror-too-many-requests\b.*)$/i;

/**
 * What Slack's answer means: its error word first, then the status. Success is status 200 with the text
 * `ok`, or the equivalent of compatible servers; Slack has been seen to answer 200 with an error.
 */
export function readSlack(response: HttpResponse, now: number): Outcome {
  const json = firstJson(response.body);
  const isSuccess = response.status >= 200 && response.status < 300;
  if (isSuccess && saysOk(response, json)) return delivered(response);
  const failure = failureByWord(response, json);
  if (failure !== undefined) return failed(response, failure, now);
  if (!isSuccess) return classifyHttp(response, SLACK, now);
  return failed(response, unexpected(response), now);
}

function saysOk({ status, body, truncated }: HttpResponse, json: JsonObject | undefined): boolean {
  if (json !== undefined) return json['ok'] === true || json['success'] === true;
  const text = body.trim().toLowerCase();
  // The status is a success, and the text read so far does not contradict it.
  if (truncated && 'ok'.startsWith(text)) return true;
  return text === 'ok' || (status === 204 && text === '');
}

function failureByWord(
  { status, body }: HttpResponse,
  json: JsonObject | undefined,
): Failure | undefined {
  for (const word of words(body, json)) {
    if (BROKEN.test(word)) {
      return {
        kind: 'park',
        reason: status === 400 ? 'client_error' : 'auth',
        message: `Slack does not accept messages for this webhook: ${word} (HTTP ${status}). Check in Slack that the webhook and its channel still exist and allow posting; if not, put a new address into <hook_url>.`,
      };
    }
    if (TOO_MANY.test(word)) {
      return {
        kind: 'retry',
        reason: 'rate_limited',
        message: `Slack says: too many messages (${word}). It will be retried later; a rate limit for this integration would avoid this.`,
      };
    }
    if (MALFORMED.test(word)) {
      return {
        kind: 'reject',
        reason: 'client_error',
        message: `Slack does not accept this message: ${word} (HTTP ${status}). Inspect it with the command preview, and check <options> if they are set.`,
      };
    }
  }
  return undefined;
}

/** The candidates for the error word: the text itself, or one of the usual members of an object. */
function words(body: string, json: JsonObject | undefined): string[] {
  const candidates =
    json === undefined
      ? [body.trim()]
      : ['error', 'id', 'message'].map((key) => valueAt(json, key));
  return candidates.filter((word) => typeof word === 'string' && word.length < 200) as string[];
}

/** A success status without the expected text. */
function unexpected({ status, body }: HttpResponse): Failure {
  const isPage = body.trimStart().startsWith('<');
  const where = isPage
    ? 'It is a web page: a proxy or a login page may be answering instead.'
    : 'Check that <hook_url> is an incoming webhook of Slack or a Slack-compatible service.';
  return {
    kind: 'retry',
    reason: 'server_error',
    message: `Slack answered with status ${status}, but without its "ok", so the message may be lost. ${where}`,
    // Each attempt may have arrived: do not repeat it for hours.
    ...(isPage ? {} : { quickOnly: true }),
  };
}
