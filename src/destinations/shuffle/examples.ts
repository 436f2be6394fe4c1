import type { Examples } from '../sdk/index.ts';

const STOPPED = { kind: 'park', reason: 'client_error' };

/** Answers of Shuffle's webhooks. */
export const examples: Examples = {
  settings: {
    hook_url: 'https://shuffler.io/api/v1/hooks/webhook_00000000-0000-0000-0000-000000000000',
    options: { pretext: 'Production' },
  },
  answers: [
    {
      what: 'taken',
      status: 200,
      body: '{"success": true, "execution_id": "7d8b0c0e"}',
      outcome: { kind: 'delivered' },
    },
    {
      what: 'the workflow failed',
      status: 200,
      body: '{"success": false}',
      outcome: { kind: 'retry', reason: 'server_error', quickOnly: true },
    },
    {
      what: 'the webhook is stopped',
      status: 400,
      body: '{"success": false, "reason": "The webhook isn\'t running. Try stopping and starting it again."}',
      outcome: STOPPED,
    },
    { what: 'no such webhook', status: 400, body: '{"success": false}', outcome: STOPPED },
  ],
};
