import { describe, expect, it } from 'vitest';
import { builtin } from '../../../test/support/builtin.ts';
import { aContext, FakeHttp, response } from '../../../test/support/fake-transports.ts';
import { aJob, anAlert, anIntegration } from '../../../test/support/jobs.ts';
import { Alert } from '../../alert/alert.ts';
import { Secret } from '../../core/secret.ts';

const shuffle = builtin('shuffle');

const integration = anIntegration({ name: 'shuffle', hookUrl: new Secret('https://s.test/h') });

describe('rules that are not sent', () => {
  const skip = (id: unknown, skipRules?: number[]) => {
    const alert = anAlert({ rule: { id: id as string } });
    return shuffle.skip?.(alert, {
      ...integration,
      settings: { own: skipRules && { skip_rules: skipRules } },
    });
  };

  it.each(
    '87924 87900 87901 87902 87903 87904 86001 86002 86003 87932 80710 87929 87928 5710'.split(' '),
  )('leaves out rule %s, and says why', (id) => {
    expect(skip(id)).toContain(`rule ${id}`);
  });

  it('compares ids whole, as the reference does', () => {
    for (const id of ['5710 ', '05710', '15710', '571', '5710abc', '', undefined, null]) {
      expect(skip(id)).toBeUndefined();
    }
    expect(skip(5710)).toContain('rule 5710');
  });

  it.each([
    String.raw`{"rule":{"id":"57\u00310"}}`,
    String.raw`{"rule":{"\u0069d":"\u0035\u0037\u0031\u0030"}}`,
    '{"rule":{"id":5710}}',
    '{"rule":{"id":571e1}}',
    '{"rule":{"id" : 5.71E+3}}',
    '{"rule":{"id":"1"},"rule":{"id":"1","id":\t57.1e2}}',
  ])('knows a rule however it is written: %s', (line) => {
    const alert = new Alert(Buffer.from(line));
    expect(shuffle.skip?.(alert, integration)).toContain('rule 5710');
  });

  it('is not misled by the same digits elsewhere', () => {
    const line = '{"rule":{"id":"1","description":"5710"},"id":5710,"full_log":"87924"}';
    expect(shuffle.skip?.(new Alert(Buffer.from(line)), integration)).toBeUndefined();
  });

  it('takes the list of the settings in place of its own', () => {
    expect(skip('5710', [])).toBeUndefined();
    expect(skip('5710', [550])).toBeUndefined();
    expect(skip('550', [550])).toBe('rule 550 is in the skip_rules setting');
  });
});

describe('the request', () => {
  it('has room for hooks that answer when their workflow is done', () => {
    expect(shuffle.defaultTimeout).toBeGreaterThan(15);
  });

  it('calls what is missing N/A, or leaves it out', () => {
    const plan = shuffle.plan(aJob(anAlert({}), integration));
    const body = plan.kind === 'requests' ? plan.requests[0]?.body : undefined;
    expect(JSON.parse(body ?? '')).toEqual({
      severity: 1,
      pretext: 'WAZUH Alert',
      title: 'N/A',
      text: null,
      rule_id: 'N/A',
      all_fields: {},
    });
  });
});

describe('what Shuffle answers', () => {
  const no = (reason?: string) => JSON.stringify({ success: false, reason });

  it.each([
    [200, '{"success": true, "execution_id": "7d8b0c0e"}', 'delivered', undefined],
    [200, 'thanks', 'delivered', undefined],
    [200, '', 'delivered', undefined],
    [200, '[1]', 'delivered', undefined],
    [200, no('node failed'), 'retry', 'server_error'],
    [400, no(), 'park', 'client_error'],
    [400, no("The webhook isn't running. Is it running?"), 'park', 'client_error'],
    [400, no('No workflows are defined'), 'park', 'client_error'],
    [
      400,
      no('Google/Microsoft preview bots not allowed. Please change the useragent.'),
      'park',
      'client_error',
    ],
    [400, no('something about the body'), 'reject', 'client_error'],
    [400, 'Bad Request', 'reject', 'client_error'],
    [401, no('Hook ID not valid'), 'park', 'auth'],
    [401, no('Bad authentication headers'), 'park', 'auth'],
    [403, no(), 'park', 'auth'],
    [500, no('No active environments found'), 'retry', 'server_error'],
    [
      500,
      `${no('Failed getting workflow')}${no('Failed to run workflow. Check logs.')}`,
      'retry',
      'server_error',
    ],
  ])('%i %s: %s, %s', async (status, body, kind, reason) => {
    const http = new FakeHttp(response(status, body));
    const outcome = await shuffle.deliver(aJob(anAlert({}), integration), aContext({ http }));
    expect(outcome).toMatchObject({ kind, status, ...(reason === undefined ? {} : { reason }) });
    expect(http.requests).toHaveLength(1);
  });

  it('looks at the first object only', async () => {
    const http = new FakeHttp(response(400, `${no("The webhook isn't running")}{"success":true}`));
    const outcome = await shuffle.deliver(aJob(anAlert({}), integration), aContext({ http }));
    expect(outcome).toMatchObject({ kind: 'park', reason: 'client_error' });
  });

  it('does not run a workflow for hours because its answer says it failed', async () => {
    const http = new FakeHttp(response(200, no()));
    const outcome = await shuffle.deliver(aJob(anAlert({}), integration), aContext({ http }));
    expect(outcome).toMatchObject({ kind: 'retry', quickOnly: true });
  });
});
