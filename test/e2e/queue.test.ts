import { afterEach, beforeEach, expect, it } from 'vitest';
import { alertLine, createHome, type Home } from '../support/home.ts';
import { DaemonProcess, integratord, until } from '../support/program.ts';
import { Sink } from '../support/sink.ts';

let home: Home;
let sink: Sink;
let daemon: DaemonProcess;

/** Alerts 1 to 3 are delivered; then the service refuses alert 4, of level 12. */
beforeEach(async () => {
  sink = await Sink.start();
  home = createHome(
    `<integration><name>slack</name><hook_url>${sink.url}/s</hook_url></integration>`,
  );
  daemon = await DaemonProcess.start(home.path);
  home.append(...[1, 2, 3].map((number) => alertLine(number)));
  await until(() => sink.requests.length === 3, 'three are delivered');
  sink.answer = () => ({ status: 400, body: 'invalid_payload' });
  home.append(alertLine(4, { level: 12 }), 'no alert');
  await until(
    async () => (await run('queue', 'list', '--in', 'dead', '--json')) !== '',
    'one is dead',
  );
});
afterEach(async () => {
  await daemon.kill();
  await sink.close();
  home.remove();
});

async function run(...args: string[]): Promise<string> {
  return (await integratord([...args, '--home', home.path])).stdout;
}
async function json(...args: string[]): Promise<Record<string, unknown>[]> {
  const lines = (await run(...args, '--json')).split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

it('lists the newest first, with what people know them by', async () => {
  const all = await json('queue', 'list');
  expect(all.map(({ alert }) => alert)).toEqual(
    [4, 3, 2, 1].map((number) => `1787224951.${number}`),
  );
  expect(all[0]).toMatchObject({
    state: 'dead',
    reason: 'client_error',
    rule: '5712',
    description: 'alert 4',
    last_error: expect.stringContaining('400'),
  });
  const text = await run('queue', 'list', '--limit', '1');
  expect(text).toMatch(/RULE +DESCRIPTION/);
  expect(text).toMatch(/5712 +alert 4/);
  expect(text).toContain('3 more');
});

it('takes filters, also in their older form', async () => {
  const alerts = async (...args: string[]) =>
    (await json('queue', 'list', ...args)).map(({ alert }) => alert);
  expect(await alerts('--in', 'dead')).toEqual(['1787224951.4']);
  expect(await alerts('--state', 'dead')).toEqual(['1787224951.4']);
  expect(await alerts('--level', '12')).toEqual(['1787224951.4']);
  expect(await alerts('--reason', 'client_error')).toEqual(['1787224951.4']);
  expect(await alerts('--alert', '1787224951.2')).toEqual(['1787224951.2']);
  expect(await alerts('--rule', '5712', '--until', '1h')).toEqual([]);
  expect(await alerts('--rule', '5712', '--since', '1h')).toHaveLength(4);
  expect(await alerts('--rule', '5710')).toEqual([]);
  expect(await alerts('--agent', 'nobody')).toEqual([]);
});

it('shows a delivery by the id of its alert, with the request and the answer, and no secret', async () => {
  const text = await run('queue', 'show', '1787224951.4');
  expect(text).toMatch(/rule +5712: alert 4/);
  expect(text).toContain('invalid_payload');
  expect(text).toContain('"method": "POST"');
  expect(text).toContain('[redacted]');
  expect(text).not.toContain(`${sink.url}/s`);
});

it('says why nothing was retried', async () => {
  const text = await run('queue', 'retry', '1', '2', '99');
  expect(text).toBe(
    '0 deliveries retried\n' +
      '2 are delivered already: `integratord replay` sends alerts again\n' +
      'there is no delivery 99\n',
  );
  expect(await run('queue', 'retry', '--in', 'held')).toBe(
    '0 deliveries retried\nno delivery fits\n',
  );
});

it('keeps who did what', async () => {
  sink.answer = () => ({ status: 200, body: 'ok' });
  await run('queue', 'retry', '--in', 'dead');
  await until(() => sink.requests.length === 5, 'it is sent again');
  await run('pause', 'slack');
  await run('resume', 'slack');
  await run('reload');
  await run('queue', 'drop', '1');
  const records = await json('audit');
  expect(records.map(({ what, count }) => [what, count])).toEqual([
    ['drop', 1],
    ['reload', null],
    ['resume', null],
    ['pause', null],
    ['retry', 1],
  ]);
  expect(records[0]).toMatchObject({ uid: process.getuid?.(), reported_by: 'client' });
  const text = await run('audit', '--limit', '2');
  expect(text).toMatch(/drop +1 +slack: 1 delivered/);
  expect(text).toMatch(/reload +- +accepted/);
  expect(await json('audit', '--since', '2100-01-01')).toEqual([]);
});

it('shows the lines that were no alerts', async () => {
  const [line] = await json('unreadable', 'list');
  expect(line).toMatchObject({ reason: 'invalid JSON', length: 8, excerpt: 'no alert' });
  expect(await run('unreadable', 'list')).toMatch(/invalid JSON +8 bytes .*no alert/);
  expect(await run('unreadable', 'show', String(line?.['id']))).toContain('no alert');
  expect((await integratord(['unreadable', 'show', '99', '--home', home.path])).code).toBe(1);
});
