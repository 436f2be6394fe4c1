import { describe, expect, it } from 'vitest';
import { aBundle } from '../../../test/support/bundles.ts';
import { anAlert } from '../../../test/support/jobs.ts';
import type { JsonValue } from '../../alert/json.ts';
import type { Bundle } from '../../core/bundle.ts';
import {
  bundleText,
  exampleLog,
  exampleTitle,
  groupLine,
  groupTexts,
  headline,
  inert,
  moreAlerts,
  moreKeys,
} from './bundle-text.ts';

const failed = (user: string, more: Record<string, JsonValue> = {}) =>
  anAlert({
    rule: { id: '5760', level: 5, description: 'sshd: authentication failed.' },
    agent: { id: '002', name: 'bastion' },
    data: { srcip: '203.0.113.77', srcuser: user },
    timestamp: '2026-11-24T14:00:12.000+0100',
    full_log: `Failed password for ${user}`,
    ...more,
  });

const first = new Date(2026, 10, 24, 14, 0, 12).getTime();
const last = new Date(2026, 10, 24, 14, 14, 58).getTime();

const bundle = (parts: Partial<Bundle> = {}) =>
  aBundle([failed('root')], { count: 37, firstAt: first, lastAt: last, ...parts });

describe('the headline', () => {
  it.each([
    [
      'throttle',
      'again 37 times, 14:00:12–14:14:58, highest level 5: sshd: authentication failed. (bastion)',
    ],
    ['digest', '37 alerts, 14:00:12–14:14:58, highest level 5'],
    ['storm', 'storm of 37 alerts, 14:00:12–14:14:58, highest level 5'],
    ['time', '37 alerts outside of hours, 14:00:12–14:14:58, highest level 5'],
    [
      'silence',
      'held back 37 alerts during a silence, 14:00:12–14:14:58, highest level 5; not sent',
    ],
  ] as const)('of a %s is one sentence', (kind, expected) => {
    expect(headline(bundle({ kind }))).toBe(expected);
  });

  it('says what more is known', () => {
    expect(headline(bundle({ kind: 'silence', about: 'patching' }))).toMatch(
      /^held back 37 alerts during patching, /,
    );
    expect(headline(bundle({ about: 'every hour' }))).toMatch(/ highest level 5 \(every hour\)$/);
  });

  it('counts one alert as one, and says how often it repeats in the same words', () => {
    expect(headline(bundle({ count: 1 }))).toMatch(/^1 alert, /);
    expect(headline(bundle({ count: 1, kind: 'throttle' }))).toMatch(/^again 1 times, /);
  });

  it('has dates when it is about more than one day', () => {
    const lastAt = new Date(2026, 10, 25, 0, 4, 5).getTime();
    expect(headline(bundle({ lastAt }))).toBe(
      '37 alerts, 2026-11-24 14:00:12–2026-11-25 00:04:05, highest level 5',
    );
  });

  it('has one time when all came within a second', () => {
    expect(headline(bundle({ lastAt: first + 300 }))).toBe('37 alerts, 14:00:12, highest level 5');
  });

  it('names what it can where the alert says little', () => {
    const repeats = (alert: JsonValue) => headline(aBundle([anAlert(alert)], { kind: 'throttle' }));
    expect(repeats({ rule: { id: '7' } })).toMatch(/: rule 7$/);
    expect(repeats({})).toMatch(/: an unknown rule$/);
    expect(headline(bundle({ kind: 'throttle', groups: [], examples: [] }))).toMatch(
      /unknown rule$/,
    );
  });

  it('has its numbers within 255 characters, whatever a silence is called', () => {
    const days = { firstAt: first, lastAt: last + 86_400_000, count: 123_456, kind: 'silence' };
    const text = headline(bundle({ ...days, about: 'x'.repeat(10_000) } as Partial<Bundle>));
    expect(text.indexOf('highest level 5')).toBeLessThan(230);
  });

  it('invents no time', () => {
    expect(headline(bundle({ firstAt: Number.NaN, lastAt: Number.NaN }))).toBe(
      '37 alerts, unknown time, highest level 5',
    );
  });
});

describe('a line of the table', () => {
  const line = (made: Bundle) => groupTexts(made).map(groupLine);

  it('says how many, of what, where, when, and what varies', () => {
    const alerts = ['root', 'admin', 'guest', 'test', 'oracle'].map((user) => failed(user));
    const made = aBundle(alerts, { by: ['rule.id', 'data.srcip'], vary: ['data.srcuser'] });
    expect(line(made)).toEqual([
      '5 × 5760 (level 5): sshd: authentication failed. · bastion (002) · 14:00:12–14:00:16 · data.srcip: 203.0.113.77 · data.srcuser: root, admin, guest and 2 more',
    ]);
  });

  it('tells an absent field of a key from the others', () => {
    expect(line(aBundle([failed('root')], { by: ['data.dstuser'] }))[0]).toMatch(
      / · data\.dstuser: \(none\)$/,
    );
  });

  it('names the host of an agentless alert, and no agent where there is none', () => {
    const rule = { id: '1', level: 3 };
    const lines = line(
      aBundle([anAlert({ rule, agentless: { host: 'edge-sw1' } })], { by: ['rule.id'] }),
    );
    expect(lines).toEqual(['1 × 1 (level 3) · edge-sw1 · 14:00:12']);
    expect(line(aBundle([anAlert({})]))).toEqual(['1 × unknown (level 0) · 14:00:12']);
  });

  it('has dates where the bundle needs them, although the group would not', () => {
    const other = { rule: { id: '1', level: 3 } };
    const lines = line(
      aBundle([failed('root'), anAlert(other)], { times: [first, last + 86_400_000] }),
    );
    expect(lines[0]).toContain(' · 2026-11-24 14:00:12');
    expect(lines[1]).toContain(' · 2026-11-25 14:14:58');
  });

  it('is one short line, whatever its values hold', () => {
    const hostile = `\n\u0000\u202e\ud800${'x'.repeat(10_000)}`;
    const alert = failed(hostile, { agent: { name: hostile }, rule: { description: hostile } });
    const [text = ''] = line(aBundle([alert, failed('b')], { by: ['data.srcip', hostile] }));
    expect(text.length).toBeLessThanOrEqual(1000);
    expect(text).not.toMatch(/[\u0000-\u001f\u202e]|\p{Surrogate}/u);
  });
});

describe('what is not shown', () => {
  it('is counted', () => {
    expect(moreKeys(bundle())).toBeUndefined();
    expect(moreKeys(bundle({ moreGroups: 1 }))).toBe('and 1 more key');
    expect(moreKeys(bundle({ moreGroups: 12 }), 0)).toBe('and 13 more keys');
  });

  it('can be seen with a command', () => {
    expect(moreAlerts(bundle(), 5)).toBe('and 32 more: integratord queue list --bundle 812');
    expect(moreAlerts(bundle(), 36, '`')).toBe('and 1 more: `integratord queue list --bundle 812`');
    expect(moreAlerts(bundle(), 37)).toBeUndefined();
  });
});

describe('a message as plain text', () => {
  it('has the table, the examples and the rest', () => {
    expect(bundleText(bundle({ moreGroups: 1 }), 100)).toBe(
      [
        '1 × 5760 (level 5): sshd: authentication failed. · bastion (002) · 14:00:12',
        '',
        '5760 (level 5): sshd: authentication failed. · bastion (002) · 2026-11-24T14:00:12.000+0100',
        'Failed password for root',
        '',
        'and 1 more key',
        'and 36 more: integratord queue list --bundle 812',
      ].join('\n'),
    );
  });

  it('is short where all is shown', () => {
    expect(bundleText(aBundle([anAlert({})]), 100)).toBe(
      '1 × unknown (level 0) · 14:00:12\n\nunknown (level 0)',
    );
  });
});

describe('an example', () => {
  it('has a title and its log', () => {
    expect(exampleTitle(failed('root'))).toBe(
      '5760 (level 5): sshd: authentication failed. · bastion (002) · 2026-11-24T14:00:12.000+0100',
    );
    expect(exampleLog(failed('root'), 100)).toBe('Failed password for root');
    expect(exampleLog(failed('root'), 20)).toBe('Failed … [truncated]');
  });

  it('may have neither', () => {
    expect(exampleTitle(anAlert({}))).toBe('unknown (level 0)');
    expect(exampleLog(anAlert({ full_log: ' \n' }), 100)).toBeUndefined();
    expect(exampleLog(anAlert({}), 100)).toBeUndefined();
  });

  it('keeps the lines of a log, but nothing that turns its direction', () => {
    expect(inert('a\nb\u202ec\u0007\ud800', 100)).toBe('a\nb\ufffdc\ufffd\ufffd');
  });
});
