import { describe, expect, it } from 'vitest';
import { builtin } from '../../../test/support/builtin.ts';
import { aBundle, aBundleJob } from '../../../test/support/bundles.ts';
import { aContext, FakeHttp, response } from '../../../test/support/fake-transports.ts';
import { anAlert, anIntegration } from '../../../test/support/jobs.ts';
import type { Bundle } from '../../core/bundle.ts';
import { Secret } from '../../core/secret.ts';

const slack = builtin('slack');
const integration = anIntegration({ hookUrl: new Secret('https://slack.test/hook') });

const failed = (user: string) =>
  anAlert({
    rule: { id: '5760', level: 5, description: 'sshd: authentication failed.' },
    agent: { id: '002', name: 'bastion' },
    data: { srcuser: user },
    timestamp: '2026-11-24T14:00:12.000+0100',
    full_log: `Failed password for ${user}`,
  });

interface Attachment {
  readonly title: string;
  readonly text: string;
  readonly fields: readonly { readonly title: string; readonly value: string }[];
}

async function sent(bundle: Bundle, ...ways: ReturnType<typeof response>[]): Promise<Attachment[]> {
  const http = new FakeHttp(...ways, response(200, 'ok'));
  await slack.deliver(aBundleJob(bundle, integration), aContext({ http }));
  return http.bodies.map(
    (body) => (body as { attachments: Attachment[] }).attachments[0],
  ) as Attachment[];
}

describe('several alerts in Slack', () => {
  it('are one attachment with a field for each key', async () => {
    const alerts = ['root', 'admin', 'guest', 'test', 'oracle', 'pi'].map(failed);
    const made = aBundle(alerts, { vary: ['data.srcuser'], kind: 'throttle', moreGroups: 2 });
    const [attachment] = await sent({ ...made, examples: made.examples.slice(0, 2) });
    expect(attachment).toEqual({
      color: 'warning',
      pretext: 'WAZUH Alerts',
      title:
        'again 6 times, 14:00:12–14:00:17, highest level 5: sshd: authentication failed. (bastion)',
      text: [
        '5760 (level 5): sshd: authentication failed. · bastion (002) · 2026-11-24T14:00:12.000+0100',
        'Failed password for root',
        '',
        '5760 (level 5): sshd: authentication failed. · bastion (002) · 2026-11-24T14:00:12.000+0100',
        'Failed password for admin',
      ].join('\n'),
      fields: [
        {
          title: '6 × 5760 (level 5): sshd: authentication failed.',
          value: 'bastion (002)\n14:00:12–14:00:17\ndata.srcuser: root, admin, guest and 3 more',
        },
        {
          title: 'More',
          value: 'and 2 more keys\nand 4 more: `integratord queue list --bundle 812`',
        },
      ],
      ts: String(new Date(2026, 10, 24, 14, 0, 17).getTime() / 1000),
    });
  });

  it('have the colour of the highest level', async () => {
    const levels = [3, 12].map((level) => anAlert({ rule: { id: '1', level } }));
    expect((await sent(aBundle(levels)))[0]).toMatchObject({ color: 'danger' });
  });

  it('ping nobody, also where the end of one example meets the next', async () => {
    const alert = (log: string) =>
      anAlert({ rule: { id: '!channel>', level: 5, description: '<@U1>' }, full_log: log });
    const text = JSON.stringify(await sent(aBundle([alert('x <'), alert('https://evil|y>')])));
    expect(text).not.toMatch(/<(?!=)/);
  });

  it('have a text where there are no examples', async () => {
    const bundle = aBundle([failed('root')]);
    const job = { ...aBundleJob(bundle, integration), bundle: { ...bundle, examples: [] } };
    const plan = slack.plan(job);
    expect(plan.kind === 'requests' && plan.requests[0]?.body).toContain('"text":"Bundle 812"');
  });

  it('are short once Slack refused them, with the numbers in full', async () => {
    const alerts = Array.from({ length: 12 }, (_, at) =>
      anAlert({ rule: { id: String(at), level: 5 }, full_log: 'x'.repeat(9000) }),
    );
    const about = 'a'.repeat(500);
    const [first, second] = await sent(
      aBundle(alerts, { kind: 'silence', about }),
      response(400, 'invalid_attachments'),
    );
    expect(first?.text.length).toBeGreaterThan(7000);
    expect(second?.title).toMatch(/^held back 12 alerts during .*highest level 5; not sent$/);
    expect(second?.text.length).toBeLessThanOrEqual(500);
    expect(second?.fields).toHaveLength(6);
    expect(second?.fields[5]?.value).toMatch(/^and 7 more keys\nand \d+ more: /);
  });
});
