import { describe, expect, it } from 'vitest';
import { builtin } from '../../../test/support/builtin.ts';
import { aBundle, aBundleJob } from '../../../test/support/bundles.ts';
import { aContext, FakeHttp, response } from '../../../test/support/fake-transports.ts';
import { aJob, anAlert, anIntegration } from '../../../test/support/jobs.ts';
import type { JsonObject, JsonValue } from '../../alert/json.ts';
import type { Bundle } from '../../core/bundle.ts';
import { Secret } from '../../core/secret.ts';
import { bundleSummary, bundleTextFor } from './bundle-text.ts';

const jira = builtin('jira');
const integrationWith = (options: JsonObject) =>
  anIntegration({
    hookUrl: new Secret('https://jira.test'),
    apiKey: new Secret('a@b.test:token'),
    options: { project: 'SEC', ...options },
  });

const failed = (user: string, agent: JsonValue = { id: '002', name: 'bastion' }) =>
  anAlert({
    rule: { id: '5760', level: 12, description: 'sshd: authentication failed.' },
    agent,
    data: { srcuser: user },
    full_log: `Failed password for ${user}`,
  });
const bundleWith = (parts: Partial<Bundle>) =>
  aBundle(
    ['root', 'admin'].map((user) => failed(user)),
    { vary: ['data.srcuser'], count: 37, ...parts },
  );

/** The texts of a document, a line for each cell and paragraph. */
function texts(node: JsonValue): string[] {
  const { type, text, content } = node as { type: string; text?: string; content?: JsonValue[] };
  if (type === 'text') return [text ?? ''];
  return (content ?? []).flatMap(texts);
}

describe('several alerts as an issue', () => {
  it('have a table in version 3', () => {
    const document = bundleTextFor(3, bundleWith({ moreGroups: 2 }), 'whole') as JsonObject;
    const [facts, table, ...rest] = document['content'] as JsonObject[];
    expect(texts(facts as JsonObject).join('')).toBe('Bundle: 812Grouped by: rule.id');
    expect(table?.['type']).toBe('table');
    const rows = ((table?.['content'] ?? []) as JsonObject[]).map(texts);
    expect(rows).toEqual([
      ['Count', 'First', 'Last', 'Rule', 'Agent', 'Fields'],
      [
        '2',
        '14:00:12',
        '14:00:13',
        '5760 (level 12): sshd: authentication failed.',
        'bastion (002)',
        'data.srcuser: root, admin',
      ],
    ]);
    expect(rest.map(({ type }) => type)).toEqual([
      'paragraph',
      'codeBlock',
      'paragraph',
      'codeBlock',
      'paragraph',
      'paragraph',
    ]);
    expect(texts(rest[1] as JsonObject)).toEqual([failed('root').text]);
    expect(rest.slice(-2).flatMap(texts)).toEqual([
      'and 2 more keys',
      'and 35 more: integratord queue list --bundle 812',
    ]);
  });

  it('are lines without markup in version 2, which nothing can leave', () => {
    const alert = failed('{noformat} *b* { noformat}');
    const text = bundleTextFor(2, aBundle([alert], { vary: ['data.srcuser'] }), 'whole') as string;
    const tags = text.match(/\{noformat\}/g) ?? [];
    expect(tags.length % 2).toBe(0);
    // Nothing but blanks stands outside of the blocks.
    const outside = text.split('{noformat}').filter((_, at) => at % 2 === 0);
    expect(outside.join('').trim()).toBe('');
    expect(text).toContain('1 × 5760 (level 12): sshd: authentication failed. · bastion (002)');
  });

  it('leave out what does not fit, and say so', () => {
    const alerts = Array.from({ length: 20 }, (_, at) =>
      anAlert({ rule: { id: String(at), level: 5, description: '"'.repeat(9000) } }),
    );
    const content = JSON.stringify(bundleTextFor(3, aBundle(alerts), 'whole'));
    expect(content.length).toBeLessThanOrEqual(32_767);
    const rows = content.split('"tableRow"').length - 2;
    expect(rows).toBeGreaterThan(10);
    expect(content).toContain(`and ${20 - rows} more key`);
    expect(bundleSummary(aBundle(alerts, { kind: 'throttle' })).length).toBeLessThanOrEqual(255);
  });

  it('are only a short table once Jira refused the text', () => {
    const alerts = Array.from({ length: 9 }, (_, at) =>
      anAlert({ rule: { id: String(at), level: 5 } }),
    );
    const text = bundleTextFor(2, aBundle(alerts), 'facts') as string;
    expect(text.match(/ × /g)).toHaveLength(5);
    expect(text).toContain('and 4 more keys\nand 9 more: integratord');
  });
});

describe('the issue of several alerts', () => {
  const fieldsOf = (bundle: Bundle, key?: string) => {
    const plan = jira.plan(aBundleJob(bundle, integrationWith({ group_follow_ups: true }), key));
    const body = (plan.kind === 'requests' && plan.requests[0]?.body) || '';
    return (JSON.parse(body) as { fields: JsonObject }).fields;
  };
  const labels = (bundle: Bundle, key?: string) => fieldsOf(bundle, key)['labels'] as string[];

  it('has the priority of the highest level and the headline as its summary', () => {
    expect(fieldsOf(bundleWith({ highestLevel: 14 }))).toMatchObject({
      summary: '37 alerts, 14:00:12–14:00:13, highest level 14',
      priority: { name: 'Highest' },
    });
  });

  it('is found again by the key of the message, and not by an alert', () => {
    const alone = jira.plan(aJob(failed('root'), integrationWith({})));
    const [, label] = labels(bundleWith({}));
    expect(label).toMatch(/^wazuh-[0-9a-f]{20}$/);
    expect(label).toBe(labels(bundleWith({ count: 4 }))[1]);
    expect(label).not.toBe(labels(bundleWith({}), 'other')[1]);
    expect(alone.kind === 'requests' && alone.requests[0]?.body).not.toContain(label);
  });

  it('belongs to others only when all its alerts are of one rule and agent', () => {
    const by = ['rule.id', 'agent.id'];
    const of = (parts: Partial<Bundle>, ...alerts: ReturnType<typeof failed>[]) =>
      labels(aBundle(alerts, parts)).filter((label) => label.startsWith('wazuh-group-'));
    const single = of({ by }, failed('a'), failed('b'));
    expect(single).toHaveLength(1);
    expect(of({ by }, failed('a'), failed('b', { id: '3' }))).toEqual([]);
    expect(of({ by: ['rule.id'] }, failed('a'))).toEqual([]);
    expect(of({ by, moreGroups: 1 }, failed('a'))).toEqual([]);
    expect(of({ by }, failed('a', {}))).toEqual([]);
  });

  it('is a comment with the headline where such an issue is open', async () => {
    const http = new FakeHttp(
      response(200, '{"issues":[]}'),
      response(200, '{"issues":[{"key":"SEC-7"}]}'),
      response(201, '{"id":"1"}'),
    );
    const bundle = bundleWith({ by: ['rule.id', 'agent.id'], kind: 'throttle' });
    const job = aBundleJob(bundle, integrationWith({ group_follow_ups: true }));
    const outcome = await jira.deliver(job, aContext({ http }));
    expect(outcome).toMatchObject({ kind: 'delivered', message: 'Added as a comment to SEC-7.' });
    const body = JSON.stringify(http.bodies[2]);
    expect(body.match(/again 37 times, /g)).toHaveLength(1);
    expect(body).toMatch(/wazuh-[0-9a-f]{20}/);
  });
});
