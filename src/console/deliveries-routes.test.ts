import { describe, expect, it } from 'vitest';
import { type ConsoleApp, consoleApp } from '../../test/support/console-app.ts';
import { hostileAlert } from '../../test/support/console-scene.ts';
import { alertLine } from '../../test/support/home.ts';
import { aSettlement } from '../../test/support/outbox.ts';
import { auditRecords } from '../outbox/audit.ts';
import { Queue } from '../outbox/queue.ts';

/** A console with dead letters: every second one of a rule of its own. */
function withDead(count: number, app: ConsoleApp = consoleApp()): ConsoleApp {
  const lines = Array.from({ length: count }, (_, at) => {
    const line = JSON.parse(alertLine(at + 1)) as { rule: object };
    return JSON.stringify({ ...line, rule: { ...line.rule, id: at % 2 === 0 ? '5712' : '31103' } });
  });
  app.store([1], ...lines);
  const leased = app.outbox.lease(1, count, 1e9, app.clock.now());
  const next = { state: 'dead', reason: 'client_error' } as const;
  const outcome = { kind: 'reject', reason: 'client_error', message: 'no' } as const;
  const settlements = leased.map(({ id }) => aSettlement(id, { next, outcome }));
  app.outbox.commit({ settlements });
  return app;
}

const states = ({ database }: ConsoleApp) => {
  const count: Record<string, number> = {};
  for (const { state } of new Queue(database).list({})) count[state] = (count[state] ?? 0) + 1;
  return count;
};

/** The forms of a page that lead to an address, as a browser would send them. */
async function formsOf({ ask }: ConsoleApp, path: string, action: string) {
  const { body } = await ask(path);
  return body
    .split('<form ')
    .slice(1)
    .filter((form) => form.includes(`action="${action}"`))
    .map((form) => {
      const fields = [
        ...(form.split('</form>')[0] ?? '').matchAll(
          /<input type="hidden" name="(\w+)" value="([^"]*)"/g,
        ),
      ];
      return Object.fromEntries(
        fields.map(([, name, value = '']) => [
          name as string,
          value.replaceAll('&quot;', '"').replaceAll('&amp;', '&'),
        ]),
      );
    });
}

const byFilter = async (app: ConsoleApp, path: string) => {
  const forms = await formsOf(app, path, '/act');
  return { ...forms.find((form) => 'filter' in form), action: 'retry' };
};

function hiddenOf(body: string): Record<string, string> {
  const fields = [...body.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g)];
  return Object.fromEntries(
    fields.map(([, name, value = '']) => [name as string, value.replaceAll('&quot;', '"')]),
  );
}

describe('retrying all that match a filter', () => {
  it('says how many they are before, and sends no others', async () => {
    const app = withDead(6);
    const question = await app.ask(
      '/act',
      await byFilter(app, '/deliveries?rule=31103&state=dead'),
    );
    expect(question.body).toContain('This sends 3 deliveries again.');
    expect(states(app)).toEqual({ dead: 6 });
    const done = await app.ask('/act', hiddenOf(question.body));
    expect(done.body).toContain('3 are sent again.');
    expect(states(app)).toEqual({ dead: 3, pending: 3 });
    expect((await app.ask('/act', hiddenOf(question.body))).status).toBe(409);
    const [record] = auditRecords(app.database, {}, 1);
    expect(record).toMatchObject({
      who: 'socket (console)',
      kind: 'retry',
      detail: { count: 3, selection: { state: 'dead', rule: '31103', upTo: 6 } },
    });
  });

  it('needs the number typed where they are many, and means none that came later', async () => {
    const app = withDead(101);
    const question = await app.ask('/act', await byFilter(app, '/deliveries?state=dead'));
    expect(question.body).toContain('Type 101 to go on');
    withDead(3, app);
    const wrong = await app.ask('/act', { ...hiddenOf(question.body), confirmed: '100' });
    expect(wrong.body).toContain('Type 101 to go on');
    const done = await app.ask('/act', { ...hiddenOf(wrong.body), confirmed: '101' });
    expect(done.body).toContain('101 are sent again.');
    expect(states(app)).toEqual({ dead: 3, pending: 101 });
  });

  it('leaves alone what was delivered, and what is held back unless that is asked for', async () => {
    const app = withDead(2);
    app.store([1], alertLine(9));
    const [leased] = app.outbox.lease(1, 1, 1e9, app.clock.now());
    app.outbox.commit({ settlements: [aSettlement(leased?.id ?? 0)] });
    app.database.run(`UPDATE delivery SET state = 'silenced' WHERE id = 1`);
    const all = await app.ask('/act', await byFilter(app, '/deliveries'));
    expect(all.body).toContain('This sends 1 delivery again.');
    const held = await app.ask('/act', await byFilter(app, '/deliveries?state=silenced'));
    expect(held.body).toContain('This sends 1 delivery again.');
  });

  it.each(['', 'null', '[]', '{"state":1}', '{"readSince":"x"}', 'x'])(
    'does nothing for the filter %j',
    async (filter) => {
      const app = withDead(1);
      const form = await byFilter(app, '/deliveries');
      const { status } = await app.ask('/act', { ...form, filter });
      expect(status).toBe(400);
      expect(states(app)).toEqual({ dead: 1 });
    },
  );
});

describe('a filter', () => {
  it.each(['1x', 'constructor', '__proto__'])('knows no span %s', async (since) => {
    const { body } = await consoleApp().ask(`/deliveries?since=${since}`);
    expect(body).toContain(`there is no span ${since}`);
  });
});

describe('an export', () => {
  const take = async (app: ConsoleApp, path: string) => {
    const [form] = await formsOf(app, path, '/deliveries/export');
    return app.ask('/deliveries/export', form as Record<string, string>);
  };
  const linesOf = (text: string) =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  it('holds all that match, over many pages, as a file', async () => {
    const app = withDead(250);
    const { headers, body } = await take(app, '/deliveries?rule=5712');
    expect(headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(headers.get('content-disposition')).toMatch(/^attachment; filename="integratord-/);
    const lines = linesOf(body);
    expect(lines).toHaveLength(125);
    expect(new Set(lines.map(({ id }) => id)).size).toBe(125);
    expect(lines[0]).toMatchObject({
      state: 'dead',
      rule: '5712',
      last_error: 'no',
      alert: { id: '1787224951.249' },
    });
    const [record] = auditRecords(app.database, {}, 1);
    expect(record).toMatchObject({ kind: 'export', detail: { count: 125 } });
  });

  it('holds each hostile alert on a line, byte for byte', async () => {
    const app = consoleApp();
    app.store([1], hostileAlert(1), `{"rule":{"id":"7"},\r"n":12345678901234567890}`);
    const { body } = await take(app, '/deliveries');
    expect(body.split('\n')).toHaveLength(3);
    expect(body).toContain(hostileAlert(1));
    expect(body).toContain('"n":12345678901234567890');
  });

  it('shows viewers no hidden field, and no secret to anybody', async () => {
    const app = consoleApp({ write: false, hide: ['full_log', 'agent'] });
    const alert = JSON.parse(alertLine(1)) as object;
    app.store([1], JSON.stringify({ ...alert, full_log: 'topsecret', x: '/secret-hook-path' }));
    const { body, status } = await take(app, '/deliveries');
    expect(status).toBe(200);
    expect(linesOf(body)).toMatchObject([{ rule: '5712', agent: null, agent_id: null }]);
    expect(body).not.toMatch(/topsecret|web01|secret-hook-path/);
    expect(auditRecords(app.database, {}, 9)).toEqual([]);
    expect(app.log.with('acted in the console')).toHaveLength(1);
  });

  it('is one at a time', async () => {
    const app = withDead(250);
    const [form = {}] = await formsOf(app, '/deliveries', '/deliveries/export');
    const both = await Promise.all([1, 2].map(() => app.ask('/deliveries/export', form)));
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 503]);
    expect((await app.ask('/deliveries/export', form)).status).toBe(200);
    expect((await app.ask('/deliveries/export', { filter: 'x' })).status).toBe(400);
  });
});

describe('a test alert', () => {
  it('goes by the lane of its integration, once by each form, and leads to its delivery', async () => {
    const app = consoleApp();
    const form = { form: await app.formId('/deliveries', '/test'), integration: 'slack' };
    // The list has integrations where it has deliveries as well.
    const { status, headers } = await app.ask('/test', form);
    expect({ status, to: headers.get('location') }).toEqual({ status: 303, to: '/delivery/1' });
    expect((await app.ask('/test', form)).status).toBe(409);
    const [leased, ...others] = app.outbox.lease(1, 9, 1e9, app.clock.now());
    expect(others).toEqual([]);
    expect(leased?.raw.toString()).toContain('Test alert from integratord. Nothing happened.');
    const [record] = auditRecords(app.database, {}, 1);
    expect(record).toMatchObject({ kind: 'test', detail: { integration: 'slack', delivery: 1 } });
    expect((await app.ask('/delivery/1')).body).toContain('Test alert from integratord');
  });

  it('goes nowhere where there is no such integration, and is not for viewers', async () => {
    const app = consoleApp();
    const form = await app.formId('/deliveries', '/test');
    const { status, body } = await app.ask('/test', { form, integration: 'gone' });
    expect(status).toBe(409);
    expect(body).toContain('There is no integration gone.');
    expect((await consoleApp({ write: false }).ask('/test', { integration: 'slack' })).status).toBe(
      404,
    );
  });
});
