import type { Examples } from '../sdk/index.ts';

const REMOVED = { kind: 'park', reason: 'auth' };
const MALFORMED = { kind: 'reject', reason: 'client_error' };

/** Answers of Slack's incoming webhooks and of compatible servers. */
export const examples: Examples = {
  settings: {
    hook_url: 'https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX',
    options: { pretext: 'Production' },
  },
  answers: [
    { what: 'taken', status: 200, body: 'ok', outcome: { kind: 'delivered' } },
    { what: 'the webhook was removed', status: 404, body: 'no_service', outcome: REMOVED },
    { what: 'the token is wrong', status: 403, body: 'invalid_token', outcome: REMOVED },
    { what: 'the channel is gone', status: 410, body: 'channel_is_archived', outcome: REMOVED },
    { what: 'a malformed message', status: 400, body: 'invalid_payload', outcome: MALFORMED },
    {
      what: 'too many messages',
      status: 429,
      headers: { 'retry-after': '30' },
      body: 'rate_limited',
      outcome: { kind: 'retry', reason: 'rate_limited' },
    },
  ],
};
