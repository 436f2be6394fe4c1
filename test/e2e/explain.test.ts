import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it, onTestFinished } from 'vitest';
import { Configurations } from '../../src/outbox/configurations.ts';
import { Database } from '../../src/outbox/database.ts';
import { createHome } from '../support/home.ts';
import { DaemonProcess, integratord, until } from '../support/program.ts';
import { Sink } from '../support/sink.ts';

/** In the address that alerts are sent to. */
const SECRET = 'very-secret-path-4711';

interface Explained {
  readonly alert: string | null;
  readonly found_in: string;
  readonly config: string;
  readonly config_since: string | null;
  readonly integrations: readonly {
    readonly id: string;
    readonly verdict: string;
    readonly by?: string;
    readonly now?: { readonly verdict: string; readonly by?: string } | null;
    readonly chain: readonly Readonly<Record<string, unknown>>[];
    readonly deliveries: readonly Readonly<Record<string, unknown>>[];
  }[];
}

/** An alert of now, or of some time before. */
function alertOf(number: number, rule: object, agoMs = 0): { id: string; line: string } {
  const time = new Date(performance.timeOrigin + performance.now() - agoMs);
  const id = `${Math.floor(time.getTime() / 1000)}.${number}`;
  const alert = {
    timestamp: time.toISOString().replace('Z', '+0000'),
    rule: {
      level: 10,
      description: `alert ${number} \u001b[31m`,
      id: '5712',
      groups: ['web'],
      ...rule,
    },
    agent: { id: '001', name: 'web01' },
    id,
    location: '/var/log/auth.log',
  };
  return { id, line: JSON.stringify(alert) };
}

async function scene(settings: string) {
  let isBroken = false;
  const sink = await Sink.start(({ path }) => {
    if (isBroken || path.includes('broken')) return { status: 503, body: `no: /${SECRET}` };
    return { status: 200, body: '{"success": true}' };
  });
  onTestFinished(() => sink.close());
  const block = (more: string) =>
    `<integration><name>shuffle</name><hook_url>${sink.url}/${SECRET}${more}`;
  const home = createHome(
    `${block('</hook_url><level>7</level><alert_format>json</alert_format></integration>')}
     ${block('/broken</hook_url><group>broken</group><alert_format>json</alert_format></integration>')}`,
  );
  onTestFinished(() => home.remove());
  const configure = (text: string) => {
    writeFileSync(join(home.path, 'etc', 'integratord.yaml'), `integrations:\n  shuffle:\n${text}`);
  };
  configure(settings);
  const run = (...args: string[]) => integratord(['explain', '--home', home.path, ...args]);
  const explain = async (...args: string[]): Promise<Explained> => {
    const { stdout, stderr, code } = await run('--json', ...args);
    expect(code).toBe(0);
    expect(stdout + stderr).not.toContain(SECRET);
    return JSON.parse(stdout) as Explained;
  };
  return { home, sink, configure, run, explain };
}

it('explain says who got an alert, who did not, what became of it, and what would be now', async () => {
  const { home, sink, configure, run, explain } = await scene(
    '    only: { groups: [web, broken] }\n    except: [{ rules: 1002 }]\n',
  );
  const daemon = await DaemonProcess.start(home.path);
  onTestFinished(() => daemon.kill());
  const sent = alertOf(1, {});
  const low = alertOf(2, { level: 6 });
  const other = alertOf(3, { groups: ['noise'] });
  const excepted = alertOf(4, { id: '1002' });
  const failing = alertOf(5, { groups: ['broken'] });
  home.append(...[sent, low, other, excepted, failing].map(({ line }) => line));
  await until(() => sink.requests.length >= 3, 'all have arrived once');

  const firstOf = ({ integrations: [first] }: Explained) => first;
  await until(async () => {
    const deliveries = firstOf(await explain(sent.id))?.deliveries;
    return deliveries?.[0]?.['state'] === 'delivered';
  }, 'the first is delivered');
  const first = await explain(sent.id);
  expect(first).toMatchObject({ alert: sent.id, found_in: 'outbox', config: 'now' });
  expect(firstOf(first)).toMatchObject({
    id: 'shuffle',
    verdict: 'send',
    chain: [
      { stage: 'level', pass: true, found: 10, wanted: '>= 7' },
      { stage: 'only', by: 'only.groups', pass: true, found: ['web'], wanted: 'web, broken' },
      { stage: 'except', by: 'except[0]', pass: true, found: '5712', wanted: 'not 1002' },
      { stage: 'skip', pass: true },
    ],
    deliveries: [
      {
        state: 'delivered',
        attempts: [{ number: 1, outcome: 'delivered', status: 200 }],
        next_attempt_at: null,
        waits_for: null,
      },
    ],
  });
  expect(first.integrations[1]).toMatchObject({
    id: 'shuffle#2',
    verdict: 'group',
    deliveries: [],
  });

  for (const [alert, verdict, by] of [
    [low, 'level', undefined],
    [other, 'only', 'only.groups'],
    [excepted, 'except', 'except[0]'],
  ] as const) {
    const explained = await explain(alert.id);
    expect(explained).toMatchObject({ alert: alert.id, found_in: 'file', config: 'now' });
    const refused = firstOf(explained);
    expect([refused?.verdict, refused?.by, refused?.deliveries]).toEqual([verdict, by, []]);
    expect(refused?.chain.at(-1)).toMatchObject({ stage: verdict, pass: false });
  }

  await until(async () => {
    const deliveries = (await explain(failing.id)).integrations[1]?.deliveries;
    return deliveries?.[0]?.['waits_for'] === 'retry';
  }, 'the broken one waits for its retry');
  const text = await run(failing.id, '--integration', 'shuffle#2');
  expect(text.stdout).toMatch(
    /^ {4}delivery \d+: pending \(server_error\), waits for its retry until /m,
  );
  expect(text.stdout).toMatch(/^ {6}#1 +\S+ +\d+ ms +retry +503 /m);
  expect(text.stdout).toContain('alert 5 \\x1b[31m');
  expect(text.stdout).not.toMatch(/\u001b|very-secret/);

  // From then on, other alerts are wanted.
  configure('    only: { groups: [noise] }\n');
  daemon.signal('SIGHUP');
  await daemon.logged('configuration reloaded');
  const then = await explain(sent.id);
  expect(then).toMatchObject({ config: 'then', config_since: expect.any(String) });
  expect(firstOf(then)).toMatchObject({
    verdict: 'send',
    now: { verdict: 'only', by: 'only.groups' },
  });
  expect(firstOf(await explain(other.id))).toMatchObject({
    verdict: 'only',
    now: { verdict: 'send' },
  });
  const now = await explain('--now', other.id);
  expect([now.config, firstOf(now)?.verdict, firstOf(now)?.now]).toEqual([
    'now',
    'send',
    undefined,
  ]);
  expect((await run(other.id)).stdout).toMatch(/^ {4}now it would be sent$/m);

  // What a dashboard shows of it, in more lines than one.
  const stored = { _index: 'wazuh-alerts-4.x', _source: JSON.parse(sent.line) as object };
  const given = await integratord(['explain', '--home', home.path, '--json', '-'], {
    input: `${JSON.stringify(stored, null, 2)}\n`,
  });
  const input = JSON.parse(given.stdout) as Explained;
  expect(input).toMatchObject({ alert: sent.id, found_in: 'input', config: 'then' });
  expect(firstOf(input)?.deliveries).toMatchObject([{ state: 'delivered' }]);

  const database = Database.open(join(home.state, 'outbox.db'));
  const kept = new Configurations(database).at(Number.MAX_SAFE_INTEGER)?.text;
  const all = JSON.stringify(database.all('SELECT * FROM configuration'));
  database.close();
  expect(kept).toContain('"only":{"groups":["noise"]}');
  expect(all).not.toContain(SECRET);
  expect(all).not.toContain('127.0.0.1');
  expect(await daemon.stop()).toBe(0);
});

it('explain finds an alert in an archive, and says when there is none', async () => {
  const { home, run, explain } = await scene(
    '    only: { level: 7-11 }\n    throttle: { same: rule.id, every: 1h }\n',
  );
  const old = alertOf(7, { level: 12 }, 3 * 24 * 3600 * 1000);
  const time = new Date(Number(old.id.split('.')[0]) * 1000);
  const month = time.toDateString().split(' ')[1] ?? '';
  const directory = join(home.path, 'logs/alerts', String(time.getFullYear()), month);
  mkdirSync(directory, { recursive: true });
  const day = String(time.getDate()).padStart(2, '0');
  const archive = join(directory, `ossec-alerts-${day}.json.gz`);
  writeFileSync(archive, gzipSync(`${alertOf(6, {}, 4e8).line}\n${old.line}\n`));
  const found = await explain(old.id);
  expect(found).toMatchObject({ alert: old.id, found_in: 'archive', file: archive, config: 'now' });
  expect(found.integrations[0]).toMatchObject({ verdict: 'only', by: 'only.level' });

  const unread = join(home.path, 'unread.json');
  writeFileSync(unread, `${alertOf(8, { level: 8 }).line}\n`);
  const { stdout } = await run(unread);
  expect(stdout.match(/they were not asked/g)).toHaveLength(1);

  const missing = await run('1652272159.1549653');
  expect([missing.code, missing.stdout]).toEqual([1, '']);
  expect(missing.stderr).toMatch(
    /^integratord: there is no alert 1652272159\.1549653 in the outbox /m,
  );
  expect((await run('--integration', 'slack', old.id)).code).toBe(1);
  expect((await run('--nonsense')).code).toBe(2);
  expect((await run(old.id, 'and more')).code).toBe(2);
  expect((await run('/no/such/file')).code).toBe(1);
  const broken = await integratord(['explain', '--home', home.path, '--json'], { input: 'x\n' });
  expect(JSON.parse(broken.stdout)).toEqual({
    alert: null,
    found_in: 'input',
    line: 0,
    error: 'invalid JSON',
  });
  expect(broken.code).toBe(1);
  expect(readFileSync(home.alerts, 'utf8')).toBe('');
});

it('explain believes the daemon, which has an environment of its own, about what can run', async () => {
  const sink = await Sink.start(() => ({ status: 200, body: '{"success": true}' }));
  onTestFinished(() => sink.close());
  const home = createHome(
    `<integration><name>shuffle</name><hook_url>\${env:OF_THE_DAEMON}</hook_url><alert_format>json</alert_format></integration>
     <integration><name>slack</name><hook_url>\${env:OF_NOBODY}</hook_url><alert_format>json</alert_format></integration>`,
  );
  onTestFinished(() => home.remove());
  const daemon = await DaemonProcess.start(home.path, [], { OF_THE_DAEMON: sink.url });
  onTestFinished(() => daemon.kill());
  const lacks = 'integratord: this shell lacks environment variables: OF_THE_DAEMON, OF_NOBODY;';
  const { id, line } = alertOf(1, {});
  home.append(line);
  await until(() => sink.requests.length === 1, 'it has arrived');

  const explain = async () => {
    const args = ['explain', '--home', home.path, '--json', id];
    const { code, stdout, stderr } = await integratord(args);
    expect(code).toBe(0);
    const { integrations } = JSON.parse(stdout) as { integrations: { cannot_run?: string }[] };
    return { cannotRun: integrations.map((one) => one.cannot_run), stderr };
  };
  const missing = 'a secret that <hook_url> refers to is missing';
  const running = await explain();
  expect(running.cannotRun).toEqual([undefined, missing]);
  expect(running.stderr).toContain(`${lacks} the daemon can run shuffle\n`);
  expect(running.stderr).not.toContain('error:');
  await daemon.stop();
  const stopped = await explain();
  expect(stopped.cannotRun).toEqual([missing, missing]);
  expect(stopped.stderr).toContain(`${lacks} the daemon may have them\n`);
  expect(stopped.stderr).not.toContain('error:');

  // Where the daemon has all of them, there is nothing to say; what else is wrong is still shown.
  const all = { OF_THE_DAEMON: sink.url, OF_NOBODY: `${sink.url}/b` };
  const third = await DaemonProcess.start(home.path, [], all);
  onTestFinished(() => third.kill());
  const quiet = await explain();
  expect(quiet.cannotRun).toEqual([undefined, undefined]);
  expect(quiet.stderr).not.toMatch(/lacks|error/);
  writeFileSync(join(home.path, 'etc', 'integratord.yaml'), 'nonsense: true\n');
  const wrong = await explain();
  expect(wrong.stderr).toContain('integratord.yaml:1:1: error: ');
  expect(wrong.stderr).toMatch(/what this command sees.* can run shuffle, slack\n/);
});
