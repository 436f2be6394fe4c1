import type { Examples } from '../sdk/index.ts';

/** Answers of Maltiverse's API. */
export const examples: Examples = {
  settings: {
    hook_url: 'https://api.maltiverse.com',
    api_key: '0123456789abcdef0123456789abcdef',
  },
  path: '/sample/md5/44d88612fea8a8f36de82e1278abb02f',
  answers: [
    { what: 'known', status: 200, body: '{"type":"sample"}', outcome: { kind: 'delivered' } },
    {
      what: 'not known',
      status: 404,
      body: '{"status":"fail","message":"Not found"}',
      outcome: { kind: 'delivered' },
    },
    {
      what: 'the key is wrong',
      status: 401,
      body: '{"message":"Unauthorized"}',
      outcome: { kind: 'park', reason: 'auth' },
    },
  ],
};
