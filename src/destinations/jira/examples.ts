import type { Examples } from '../sdk/index.ts';

/** Answers of Jira's REST API, versions 2 and 3. */
export const examples: Examples = {
  settings: {
    hook_url: 'https://example.atlassian.net',
    api_key: 'soc@example.com:0123456789abcdef0123456789abcdef',
    project: 'SEC',
  },
  path: '/rest/api/3/issue',
  before: ['{"issues":[]}'],
  answers: [
    {
      what: 'created',
      status: 201,
      // The list belongs to the answer of the search before it.
      body: '{"id":"10000","key":"SEC-24","issues":[]}',
      outcome: { kind: 'delivered' },
    },
    {
      what: 'a field that the project does not have',
      status: 400,
      body: '{"errorMessages":[],"errors":{"summary":"You must specify a summary of the issue."}}',
      outcome: { kind: 'reject', reason: 'client_error' },
    },
  ],
};
