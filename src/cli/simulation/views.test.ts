import { describe, expect, it } from 'vitest';
import type { IntegrationResult, SimulationResult } from '../../simulation/result.ts';
import { resultHtml } from './html.ts';
import { resultJson } from './json.ts';
import { resultText, sparkline } from './text.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 7, 20, 10);
const HOSTILE = `<script>alert("1")</script>\u001b[2J\u202e' & 網路`;

const integration: IntegrationResult = {
  id: 'slack',
  before: 1200,
  after: 37,
  verdicts: { send: 30, throttle: 900, except: 5 },
  peakPerMinute: 20,
  rateLimit: { count: 1, seconds: 1, burst: 5 },
  longestDelay: 90_250,
  quota: { lookups: 900, perMinute: 4, perDay: 500, mostInADay: 800, daysAbove: 1 },
  newlySent: 0,
  noLongerSent: 1,
  rules: [{ name: '5710', description: HOSTILE, count: 800 }],
  agents: [{ name: HOSTILE, count: 7 }],
  keys: [{ name: JSON.stringify([HOSTILE, null]), count: 5 }],
  hoursBefore: new Map([
    [START / HOUR, 700],
    [START / HOUR + 9, 500],
  ]),
  hoursAfter: new Map([[START / HOUR, 37]]),
};

const example = {
  id: '1787224951.1',
  time: START,
  level: 12,
  rule: '5710',
  agent: HOSTILE,
  description: HOSTILE,
  integration: 'slack',
};

const result: SimulationResult = {
  alerts: 100_000,
  unreadable: 2,
  from: START,
  to: START + 9 * HOUR,
  passes: 3,
  integrations: [integration],
  unreached: { some: [example], count: 12 },
  newlySent: { some: [], count: 0 },
  noLongerSent: { some: [example], count: 40 },
};

describe('a result on a terminal', () => {
  it.each([40, 80, 200])('fits into %i places, and cannot steer it', (width) => {
    const text = resultText(result, width);
    for (const line of text.split('\n')) {
      // The two wide characters take twice the room.
      const wide = [...line.matchAll(/[網路]/g)].length;
      expect(Array.from(line).length + wide).toBeLessThanOrEqual(width);
    }
    expect(text).not.toMatch(/[\u001b\u202e]/);
  });

  it('says what there is', () => {
    const text = resultText(result, 120);
    expect(text).toContain('slack: 1,200 → 37 messages\n');
    expect(text).toContain('  before   █        ▆\n  after    ▁         \n');
    expect(text).toContain('20 a minute, the rate limit is 60; the longest wait 90 s\n');
    expect(text).toContain(
      '900 look-ups, 800 on the busiest day; allowed are 4 a minute and 500 a day',
    );
    expect(text).toContain('throttle 900, send 30, except 5\n');
    expect(text).toContain('read 3 times to sort them');
    expect(text).toContain('no longer sent: 40, such as\n');
    expect(text).toContain('12 alerts of level 12 and above would reach nobody:\n');
    expect(text).toContain('1787224951.1, and 11 more\n');
  });

  it('says nothing of nothing', () => {
    const nothing = { ...result, alerts: 0, from: undefined, to: undefined, passes: 1 };
    const none = { some: [], count: 0 };
    const empty = { ...nothing, unreadable: 0, integrations: [], unreached: none };
    expect(resultText({ ...empty, noLongerSent: none }, 80)).toBe('0 alerts\n');
  });
});

it('a sparkline shows what is least as something, and nothing as nothing', () => {
  expect(sparkline([0, 1, 400, 800], 800)).toBe(' ▁▄█');
});

describe('a result as a page', () => {
  const html = resultHtml(result);

  it('loads nothing, runs nothing, and has what alerts say as text only', () => {
    expect(html).toMatch(/content="default-src 'none'; style-src 'sha256-[^']+';/);
    expect(html).not.toMatch(/<script|<img|<link|javascript:|https?:|style=|\son\w+=/i);
    expect(html).not.toContain(HOSTILE);
    expect(html).toContain(
      '&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;\\x1b[2J\\u202e&#39; &amp; 網路',
    );
  });

  it('has a chart for each integration, for light and dark', () => {
    expect(html.match(/<svg /g)).toHaveLength(1);
    expect(html.match(/<rect class="before"/g)).toHaveLength(2);
    expect(html.match(/<rect class="after"/g)).toHaveLength(1);
    expect(html).toContain('prefers-color-scheme: dark');
  });
});

it('a result as JSON has the agreed shape', () => {
  const json = resultJson(result);
  expect(json).toMatchObject({
    alerts: 100_000,
    from: '2026-08-20T10:00:00.000Z',
    to: '2026-08-20T19:00:00.000Z',
    unreached: ['1787224951.1'],
    newly_sent: [],
    no_longer_sent: [
      { id: '1787224951.1', time: '2026-08-20T10:00:00.000Z', integration: 'slack' },
    ],
  });
  expect(json.integrations['slack']).toMatchObject({
    before: 1200,
    after: 37,
    verdicts: { send: 30, throttle: 900, except: 5 },
    peak_per_minute: 20,
    delay_seconds_max: 90.3,
    quota: { lookups: 900, per_minute: 4, per_day: 500, most_in_a_day: 800, days_above: 1 },
    keys: [{ key: [HOSTILE, null], count: 5 }],
  });
});
