import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { cardsOf, partsOf } from './card.ts';
import { curlOf, prettyOf } from './rendering.ts';

describe('a card', () => {
  it('is what Slack shows of an attachment', () => {
    const body = JSON.stringify({
      attachments: [
        {
          color: 'danger',
          pretext: 'WAZUH Alert',
          title: 'a &lt;b&gt; &amp;lt; c',
          text: 'log',
          fields: [{ title: 'Agent', value: '(001) - web01' }, { title: 7 }, 'wrong'],
          ts: '1787224951.1',
        },
        { color: '#ff0000' },
      ],
    });
    expect(cardsOf(body)).toEqual([
      {
        tone: 'danger',
        before: 'WAZUH Alert',
        title: 'a <b> &lt; c',
        text: 'log',
        fields: [
          { title: 'Agent', value: '(001) - web01' },
          { title: '7', value: '' },
        ],
        at: 1787224951.1,
      },
      {
        tone: 'plain',
        before: undefined,
        title: undefined,
        text: undefined,
        fields: [],
        at: undefined,
      },
    ]);
  });

  it('is what PagerDuty shows of an incident', () => {
    const payload = { summary: 'brute force', severity: 'critical', source: 'web01' };
    expect(cardsOf(JSON.stringify({ event_action: 'trigger', payload }))).toMatchObject([
      {
        tone: 'danger',
        title: 'brute force',
        fields: [
          { title: 'severity', value: 'critical' },
          { title: 'source', value: 'web01' },
        ],
      },
    ]);
  });

  it.each(['', 'a=b', '[]', 'null', '{}', '{"attachments":{}}', '{"payload":[]}'])(
    'is nothing for %j',
    (body) => {
      expect(cardsOf(body)).toEqual([]);
    },
  );
});

it('shows the marks of Slack at the edges of words alone', () => {
  expect(partsOf('*a b* c_d_e _f_ `x*y` 2 * 3 * 4')).toEqual([
    { kind: 'strong', text: 'a b' },
    { kind: 'plain', text: ' c_d_e ' },
    { kind: 'em', text: 'f' },
    { kind: 'plain', text: ' `x*y` 2 * 3 * 4' },
  ]);
  const hostile = '*a'.repeat(4999);
  expect(
    partsOf(hostile)
      .map(({ text }) => text)
      .join(''),
  ).toBe(hostile);
});

describe('a request as a command', () => {
  it('is the same request in a shell, whatever stands in it', () => {
    const body = `it's "$(touch /tmp/x)" \`id\` \\ !`;
    const command = curlOf({
      method: 'POST',
      url: 'https://hooks.test/[redacted]',
      headers: [['x-a', `'; id; '`]],
      body,
    });
    const echo = `curl() { printf '%s\\0' "$@"; }; ${command}`;
    const said = execFileSync('sh', ['-c', echo], { encoding: 'utf8' }).split('\0');
    expect(said).toEqual([
      '-sS',
      '-g',
      '-X',
      'POST',
      'https://hooks.test/[redacted]',
      '-H',
      `x-a: '; id; '`,
      '--data-raw',
      body,
      '',
    ]);
  });

  it('shows a body that is JSON over several lines', () => {
    expect(prettyOf('{"a":1}')).toBe('{\n  "a": 1\n}');
    expect(prettyOf('a=1')).toBe('a=1');
  });
});
