import type { Examples } from '../sdk/index.ts';

/** Answers of PagerDuty's Events API v2. */
export const examples: Examples = {
  settings: { api_key: '0123456789abcdef0123456789abcdef', options: { client: 'SOC' } },
  answers: [
    {
      what: 'taken',
      status: 202,
      body: '{"status":"success","message":"Event processed","dedup_key":"x"}',
      outcome: { kind: 'delivered' },
    },
    {
      what: 'an event without its required fields',
      status: 400,
      body: '{"status":"invalid event","message":"Event object is invalid","errors":["\'payload.summary\' is missing or blank"]}',
      outcome: { kind: 'reject', reason: 'client_error' },
    },
    {
      what: 'too many events',
      status: 429,
      body: '{"status":"throttle exceeded","message":"Requests for this service are arriving too quickly."}',
      outcome: { kind: 'retry', reason: 'rate_limited' },
    },
  ],
};
