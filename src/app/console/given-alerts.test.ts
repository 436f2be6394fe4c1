import { describe, expect, it } from 'vitest';
import { consoleApp } from '../../../test/support/console-app.ts';
import { HOSTILE, hostileAlert } from '../../../test/support/console-scene.ts';
import { alertLine } from '../../../test/support/home.ts';
import { aSettlement } from '../../../test/support/outbox.ts';

const pretty = (line: string) => JSON.stringify(JSON.parse(line), null, 2);
const dashboard = (line: string) =>
  JSON.stringify({ _index: 'wazuh-alerts', _source: JSON.parse(line) as unknown }, null, 2);

describe('an alert that is pasted', () => {
  it.each([
    ['a line', alertLine(1)],
    ['JSON over several lines', pretty(alertLine(1))],
    ['as a browser sends it', pretty(alertLine(1)).replaceAll('\n', '\r\n')],
    ['a document of the dashboard', dashboard(alertLine(1))],
    ['an answer of the indexer', `{"hits":{"hits":[${dashboard(alertLine(1))}]}}`],
  ])('is explained: %s', async (_, alert) => {
    const { ask } = consoleApp({ write: false });
    const { status, body } = await ask('/alert', { alert });
    expect(status).toBe(200);
    expect(body).toContain('<h2>Alert 1787224951.1</h2>');
    expect(body).toContain('level 10 · rule 5712 · agent web01');
    expect(body).toContain('the outbox has none with its id');
  });

  it('leads to the stored one where it is only an id', async () => {
    const { ask } = consoleApp();
    const { status, headers } = await ask('/alert', { alert: ' 1787224951.1\r\n' });
    expect({ status, to: headers.get('location') }).toEqual({
      status: 303,
      to: '/alert/1787224951.1',
    });
  });

  it('is explained with what became of the stored one, by the configuration of then', async () => {
    const app = consoleApp();
    app.store([1], alertLine(1));
    const { body } = await app.ask('/alert', { alert: dashboard(alertLine(1)) });
    expect(body).toContain('The outbox has one with its id');
    expect(body).toContain('href="/delivery/1"');
  });

  it('changes nothing and stores nothing', async () => {
    const { ask, database } = consoleApp();
    const before = database.all('SELECT total_changes() AS n');
    await ask('/alert', { alert: alertLine(1) });
    expect(database.all('SELECT total_changes() AS n')).toEqual(before);
  });

  it('shows a hostile one as text', async () => {
    const { body } = await consoleApp().ask('/alert', { alert: hostileAlert(1) });
    expect(body).not.toContain('<img');
    expect(body).not.toContain('<svg');
    expect(body).toContain('&lt;img');
    const field = `</textarea><script>1</script>`;
    const { body: closed } = await consoleApp().ask('/alert', { alert: field });
    expect(closed).not.toContain('<script>1');
    expect(HOSTILE).toContain('<script>');
  });

  it.each([
    ['nothing', '', 'Nothing was given.'],
    ['words', 'hello', 'This is no alert: line 1:'],
    ['more than 1 MiB', `"${'x'.repeat(2 ** 20)}"`, 'longer than 1 MiB'],
    ['depth', `{"rule":${'['.repeat(300)}${']'.repeat(300)}}`, 'nested too deep'],
    ['depth without an end', `{"rule":${'{"a":'.repeat(100_000)}`, 'nested too deep'],
  ])('says what is wrong with %s', async (_, alert, said) => {
    const { status, body } = await consoleApp().ask('/alert', { alert });
    expect(status).toBe(200);
    expect(body).toContain(said);
  });

  it('explains the first ten of many', async () => {
    const lines = Array.from({ length: 12 }, (__, at) => alertLine(at + 1));
    const { body } = await consoleApp().ask('/alert', { alert: lines.join('\n') });
    expect(body.match(/<article/g)).toHaveLength(10);
    expect(body).toContain('There is more: the first 10 are explained here');
  });

  it('is refused where it is too large to be taken in', async () => {
    const { status } = await consoleApp().ask('/alert', `alert=${'%22'.repeat(2 ** 20 + 1000)}`);
    expect(status).toBe(413);
  });

  it('tells a viewer nothing of the hidden fields of the stored one', async () => {
    const hide = ['full_log'];
    const app = consoleApp({ write: false, hide });
    app.store([1], alertLine(1));
    app.outbox.lease(1, 1, 1e6, app.clock.now());
    const log = JSON.parse(alertLine(1)).full_log as string;
    app.outbox.commit({
      settlements: [
        aSettlement(1, {
          outcome: { kind: 'reject', reason: 'client_error', excerpt: `you: ${log}` },
          next: { state: 'dead', reason: 'client_error' },
        }),
      ],
    });
    const { full_log: _, ...probe } = JSON.parse(alertLine(1)) as Record<string, unknown>;
    const { body } = await app.ask('/alert', { alert: JSON.stringify(probe) });
    expect(body).toContain('you: ');
    expect(body).not.toContain('Failed password');
  });
});
