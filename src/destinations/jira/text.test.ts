import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anAlert } from '../../../test/support/jobs.ts';
import { fixtureLines } from '../../../test/support/vectors.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../alert/json.ts';
import { summaryOf, textFor } from './text.ts';

const LIMIT = 32_767;

const ALERT: JsonObject = {
  rule: { level: 10, description: 'sshd: brute force', id: '5712' },
  agent: { id: '001', name: 'web01' },
  id: '1787224951.1',
  full_log: 'Failed password for root\n"from" 203.0.113.77',
};

function document(alert: JsonValue | Buffer): JsonObject {
  return textFor(3, anAlert(alert), 'whole') as JsonObject;
}

function wiki(alert: JsonValue): string {
  return textFor(2, anAlert(alert), 'whole') as string;
}

/** Every node of a document. */
function nodes(node: JsonObject): JsonObject[] {
  const { content } = node;
  const children = Array.isArray(content) ? content.filter((one) => isJsonObject(one)) : [];
  return [node, ...children.flatMap(nodes)];
}

describe('a document', () => {
  it('holds the facts, the log and the alert', () => {
    expect(document(ALERT)).toEqual({
      type: 'doc',
      version: 1,
      content: [
        {
          type: 'paragraph',
          content: [
            { type: 'text', text: 'Rule: ', marks: [{ type: 'strong' }] },
            { type: 'text', text: '5712 (level 10): sshd: brute force' },
            { type: 'hardBreak' },
            { type: 'text', text: 'Agent: ', marks: [{ type: 'strong' }] },
            { type: 'text', text: 'web01 (001)' },
            { type: 'hardBreak' },
            { type: 'text', text: 'Alert: ', marks: [{ type: 'strong' }] },
            { type: 'text', text: '1787224951.1' },
          ],
        },
        {
          type: 'codeBlock',
          attrs: { language: 'text' },
          content: [{ type: 'text', text: 'Failed password for root\n"from" 203.0.113.77' }],
        },
        {
          type: 'codeBlock',
          attrs: { language: 'json' },
          content: [{ type: 'text', text: JSON.stringify(ALERT) }],
        },
      ],
    });
  });

  it('holds nothing but text of the alert, whatever that says', () => {
    const markup = '{"type":"mention"} [~admin] <script> @all [x](http://evil.example)\n||a||';
    const types = new Set(nodes(document({ ...ALERT, full_log: markup })).map(({ type }) => type));
    expect(types).toEqual(new Set(['codeBlock', 'doc', 'hardBreak', 'paragraph', 'text']));
  });

  it('stays within the limit, and says where it was cut', () => {
    const big = fixtureLines('samples/w4_99_edge_cases.jsonl').find((line) => line.length > 90_000);
    if (big === undefined) throw new Error('there is no big sample');
    for (const alert of [
      big,
      { ...ALERT, data: '"\\'.repeat(40_000) },
      { data: '🚨\n'.repeat(30_000) },
    ]) {
      const length = JSON.stringify(document(alert)).length;
      expect(length).toBeLessThanOrEqual(LIMIT);
      expect(length).toBeGreaterThan(LIMIT - 1000);
      const raw = nodes(document(alert)).at(-1)?.['text'];
      expect(raw).toMatch(/… \[truncated\]$/);
    }
  });

  it('is what Jira takes, for every alert', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constant('"\\\n'.repeat(20_000)));
    const alerts = fc.record(
      { rule: fc.jsonValue(), agent: fc.jsonValue(), full_log: text, id: text, location: text },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(alerts, (alert) => {
        const whole = document(alert as JsonValue);
        expect(JSON.stringify(whole).length).toBeLessThanOrEqual(LIMIT);
        for (const node of nodes(whole).filter(({ type }) => type === 'text')) {
          expect(node['text']).toMatch(/^[^\u0000-\u0008\u000b-\u001f\u007f-\u009f]+$/);
          expect(node['text']).not.toMatch(/\p{Surrogate}/u);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('of the facts alone has neither log nor alert', () => {
    const text = textFor(3, anAlert(ALERT), 'facts', [['Reference', 'wazuh-1']]) as JsonObject;
    expect(nodes(text).map(({ type }) => type)).not.toContain('codeBlock');
    expect(nodes(text).at(-1)?.['text']).toBe('wazuh-1');
  });
});

describe('wiki markup', () => {
  it('holds the same, where markup has no effect', () => {
    expect(wiki(ALERT)).toBe(
      [
        '{noformat}',
        'Rule: 5712 (level 10): sshd: brute force\nAgent: web01 (001)\nAlert: 1787224951.1',
        '{noformat}\n{noformat}',
        'Failed password for root\n"from" 203.0.113.77',
        '{noformat}\n{noformat}',
        JSON.stringify(ALERT),
        '{noformat}',
      ].join('\n'),
    );
  });

  it.each(['{noformat}', '{NoFormat}', '{ noformat:title=x}', '{\tnoformat}'])(
    'cannot be ended from within by %j',
    (ending) => {
      const text = wiki({ rule: { description: `a ${ending} [~admin]` }, full_log: ending });
      expect(text.match(/\{\s*noformat/gi)).toHaveLength(6);
      expect(text).toContain('[~admin]');
    },
  );

  it('stays within the limit', () => {
    for (const piece of ['x', '{noformat}', '"', '🚨']) {
      const text = wiki({ ...ALERT, data: piece.repeat(40_000) });
      expect(text.length).toBeLessThanOrEqual(LIMIT);
      expect(text.length).toBeGreaterThan(LIMIT - 1000);
      expect(text).toMatch(/… \[truncated\]\n\{noformat\}$/);
    }
  });
});

describe('a summary', () => {
  it.each([
    [
      { rule: { description: 'sshd:\r\n brute\tforce' }, agent: { name: 'web\n01' } },
      'sshd: brute force (web 01)',
    ],
    [{ agentless: { host: 'edge' } }, 'Wazuh alert (edge)'],
    [{ rule: { description: ' \u0000 ' } }, '\ufffd'],
    [{ rule: { description: ' ' } }, 'Wazuh alert'],
    [{}, 'Wazuh alert'],
  ] as [JsonValue, string][])('of %j is %j', (alert, expected) => {
    expect(summaryOf(anAlert(alert))).toBe(expected);
  });

  it('has at most 255 characters', () => {
    const agent = { name: 'n'.repeat(300) };
    const summary = summaryOf(anAlert({ rule: { description: '🚨'.repeat(300) }, agent }));
    expect(summary.length).toBeLessThanOrEqual(255);
    expect(summary).not.toMatch(/\p{Surrogate}/u);
  });
});
