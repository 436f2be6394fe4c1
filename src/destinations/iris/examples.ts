import type { Examples } from '../sdk/index.ts';

/** Answers of DFIR-IRIS 2.4. */
export const examples: Examples = {
  settings: {
    hook_url: 'https://iris.example.com',
    api_key: '0123456789abcdef0123456789abcdef0123456789abcdef',
    options: { alert_customer_id: 1 },
  },
  path: '/alerts/add',
  before: [
    '{"status":"success","data":[{"severity_id":5,"severity_name":"High"}]}',
    '{"status":"success","data":[{"status_id":2,"status_name":"New"}]}',
    '{"status":"success","data":[{"type_id":90,"type_name":"md5"}]}',
    '{"status":"success","data":[{"asset_id":3,"asset_name":"Linux - Server"}]}',
  ],
  answers: [
    {
      what: 'created',
      status: 200,
      body: '{"status":"success","message":"","data":{"alert_id":3826}}',
      outcome: { kind: 'delivered' },
    },
    {
      what: 'a malformed alert',
      status: 400,
      body: '{"status":"error","message":"Data error","data":{"alert_title":["Missing data for required field."]}}',
      outcome: { kind: 'reject', reason: 'client_error' },
    },
  ],
};
