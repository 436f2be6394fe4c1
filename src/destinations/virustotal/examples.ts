import type { Examples } from '../sdk/index.ts';

/** Answers of VirusTotal's API, version 3. */
export const examples: Examples = {
  settings: { api_key: '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef' },
  path: '/files/44d88612fea8a8f36de82e1278abb02f',
  answers: [
    {
      what: 'the file is known',
      status: 200,
      body: '{"data":{"attributes":{"last_analysis_stats":{"harmless":60}}}}',
      outcome: { kind: 'delivered' },
    },
    {
      what: 'the file is not known',
      status: 404,
      body: '{"error":{"code":"NotFoundError","message":"File not found"}}',
      outcome: { kind: 'delivered' },
    },
    {
      what: 'the quota is used up',
      status: 429,
      body: '{"error":{"code":"QuotaExceededError","message":"Quota exceeded"}}',
      outcome: { kind: 'wait', reason: 'rate_limited' },
    },
    {
      what: 'the key is wrong',
      status: 401,
      body: '{"error":{"code":"WrongCredentialsError","message":"Wrong API key"}}',
      outcome: { kind: 'park', reason: 'auth' },
    },
  ],
};
