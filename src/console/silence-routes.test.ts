import { describe, expect, it } from 'vitest';
import { consoleApp } from '../../test/support/console-app.ts';
import { hostileAlert } from '../../test/support/console-scene.ts';
import { alertLine } from '../../test/support/home.ts';
import { Silences } from '../outbox/silences.ts';

/** The clock of the tests stands at 11:00; these are written minutes before. */
function written(count: number, now: number, change: object = {}): string[] {
  return Array.from({ length: count }, (_, at) => {
    const alert = JSON.parse(alertLine(at + 1)) as object;
    const timestamp = new Date(now - at * 60_000).toISOString().replace('Z', '+0000');
    return JSON.stringify({ ...alert, timestamp, ...change });
  });
}

const FORM = { rule: '5712', end: '4h', why: 'patch night' };

describe('a silence in the console', () => {
  it('says before it is made what it would have held back of the last day', async () => {
    const app = consoleApp();
    app.home.append(
      ...written(3, app.clock.now()),
      ...written(2, app.clock.now(), { rule: { level: 5, id: '1', description: 'other' } }),
      ...written(1, app.clock.now() - 25 * 3_600_000),
      ...written(1, app.clock.now(), { rule: { level: 2, id: '5712' } }),
    );
    const { status, body } = await app.ask('/silences/preview', FORM);
    expect(status).toBe(200);
    expect(body).toContain('held back <strong>3</strong> of <strong>6</strong> alerts');
    expect(body).toContain('The highest level among them is 10');
    expect(body).toContain('value="patch night"');
    expect(body).toContain('formaction="/silences/add"');
    expect(new Silences(app.database).list()).toEqual([]);
  });

  it('is made once by each form, with who wanted it', async () => {
    const app = consoleApp();
    const form = await app.formId('/silences', '/silences/preview');
    const whole = { ...FORM, form, agent: 'web01, lab-*', integration: 'slack' };
    const preview = await app.ask('/silences/preview', whole);
    expect(preview.body).toContain('It would have held back <strong>0</strong>');
    const made = await app.ask('/silences/add', whole);
    expect(made.body).toContain('Silence 1 holds until');
    expect((await app.ask('/silences/add', whole)).status).toBe(409);
    expect(new Silences(app.database).list()).toMatchObject([
      {
        only: { rules: ['5712'], agents: ['web01', 'lab-*'] },
        integrations: ['slack'],
        by: 'socket (console)',
        until: app.clock.now() + 4 * 3_600_000,
        ending: 'summary',
        evenCritical: false,
      },
    ]);
    expect(app.log.with('acted in the console')).toHaveLength(1);
  });

  it.each([
    ['without a reason', { why: ' ' }, 'Say why'],
    ['without alerts', { rule: '' }, 'Say which alerts'],
    ['with an end that there is not', { end: 'never' }, 'There is no such end.'],
    ['with an end that was', { at: '2020-01-01T00:00' }, 'It would end before it begins.'],
    ['with an end in a year', { at: '2027-08-20T00:00' }, 'it may last 30 days at most'],
    ['with a wrong expression', { when: 'rule.level >' }, 'when'],
    ['with an ending that there is not', { ending: 'all' }, 'There is no such ending.'],
  ])('is refused %s', async (_, change, said) => {
    const app = consoleApp();
    for (const path of ['/silences/preview', '/silences/add']) {
      const form = await app.formId('/silences', '/silences/preview');
      const { status, body } = await app.ask(path, { ...FORM, ...change, form });
      expect({ path, isRefused: status >= 400 }).toEqual({ path, isRefused: true });
      expect(body).toContain(said);
    }
    expect(new Silences(app.database).list()).toEqual([]);
  });

  it('is extended and ended, once by each form', async () => {
    const app = consoleApp();
    const { now } = { now: app.clock.now() };
    const form = await app.formId('/silences', '/silences/preview');
    await app.ask('/silences/add', { ...FORM, form });
    const extend = await app.formId('/silence/1', '/silences/extend');
    const longer = { form: extend, id: '1', from: String(now + 4 * 3_600_000), end: '1h' };
    expect((await app.ask('/silences/extend', longer)).body).toContain('Silence 1 holds until');
    expect((await app.ask('/silences/extend', longer)).status).toBe(409);
    expect(new Silences(app.database).list()[0]?.until).toBe(now + 5 * 3_600_000);
    const end = await app.formId('/silence/1', '/silences/end');
    expect((await app.ask('/silences/end', { form: end, id: '1' })).body).toContain('has ended');
    const { body } = await app.ask('/silence/1');
    expect(body).toContain('Ended early');
    expect(body).not.toContain('<form method="post"');
  });

  it('shows a hostile alert as text, and fills in what a page led here with', async () => {
    const app = consoleApp();
    const line = JSON.parse(hostileAlert(1)) as object;
    app.home.append(...written(1, app.clock.now(), line));
    const timestamp = new Date(app.clock.now()).toISOString().replace('Z', '+0000');
    app.home.append(JSON.stringify({ ...line, timestamp }));
    const { body } = await app.ask('/silences/preview', FORM);
    expect(body).toContain('held back <strong>1</strong>');
    expect(body).not.toContain('<img');
    const query = new URLSearchParams({ rule: '5712', agent: '"><img src=x>' });
    const filled = await app.ask(`/silences?${query}`);
    expect(filled.body).toContain('value="&quot;&gt;&lt;img src=x&gt;"');
  });

  it('is nothing that viewers can make, preview, extend or end', async () => {
    const app = consoleApp({ write: false });
    expect((await app.ask('/silences')).body).not.toContain('<form method="post"');
    for (const path of ['preview', 'add', 'extend', 'end']) {
      expect((await app.ask(`/silences/${path}`, FORM)).status).toBe(404);
    }
    expect((await app.ask('/silence/7')).status).toBe(404);
  });
});
