import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { alertLine, createHome } from '../support/home.ts';
import { DaemonProcess, integratord, until } from '../support/program.ts';
import { Sink } from '../support/sink.ts';

/** Three integrations, two of which are told what is wrong. */
async function scene() {
  const broken = new Set<string>();
  /** Those that do not answer. */
  const silent = new Set<string>();
  const sink = await Sink.start(({ path }) => {
    if (silent.has(path)) return 'never';
    return broken.has(path) ? { status: 404, body: 'no_service' } : { status: 200, body: 'ok' };
  });
  onTestFinished(() => sink.close());
  /** @param filter of the alerts that it gets: all, where it is not given. */
  const block = (path: string, filter = '') =>
    `<integration><name>slack</name><hook_url>${sink.url}${path}</hook_url>${filter}<alert_format>json</alert_format></integration>`;
  const home = createHome(['/a', '/b', '/c'].map((path) => block(path)).join('\n'));
  onTestFinished(() => home.remove());
  const settings = join(home.path, 'etc', 'integratord.yaml');
  writeFileSync(settings, 'notices: [slack, "slack#2"]\n');
  const run = (...args: string[]) => integratord([...args, '--home', home.path]);
  const start = async () => {
    const daemon = await DaemonProcess.start(home.path);
    onTestFinished(() => daemon.kill());
    return daemon;
  };
  /** What came to a path that contains a text. */
  const messages = (path: string, text: string) =>
    sink.requests.flatMap((one) =>
      one.path === path && one.body.includes(text) ? [one.body] : [],
    );
  const told = (path: string, text: string) => messages(path, text).length;
  return { broken, silent, block, home, settings, run, start, messages, told };
}

/** An alert of so many bytes, and a little more. */
function large(bytes: number, groups: string[] = []): string {
  const alert = JSON.parse(alertLine(1, { groups })) as object;
  return JSON.stringify({ ...alert, full_log: 'x'.repeat(bytes) });
}

const PARKED = 'Nothing is delivered to slack until it is fixed';
const WORKS = 'Alerts are delivered to slack again';

it('tells the others of a notices lane that is in trouble itself, once over restarts, and of its end', async () => {
  const { broken, home, run, start, told } = await scene();
  broken.add('/a');
  const first = await start();
  home.append(alertLine(1));
  await until(() => told('/b', PARKED) === 1, 'the other one is told');
  expect(told('/a', PARKED) + told('/c', PARKED)).toBe(0);
  // Not killed: what was just told would be told again, as any alert would.
  await first.stop();

  // Fixed while the daemon is down: it is known once the lane has tried.
  broken.clear();
  const second = await start();
  await run('reload');
  await until(() => told('/b', WORKS) === 1, 'it is told that this is over');
  expect(told('/b', PARKED)).toBe(1);
  expect(told('/a', WORKS)).toBe(0);
  await second.stop();
});

it('says in the log and in status what is wrong with the only one that is told, and warns of that before', async () => {
  const { broken, home, settings, run, start, told } = await scene();
  writeFileSync(settings, 'notices: [slack]\n');
  const check = await run('check');
  expect(check.code).toBe(0);
  expect(check.stdout).toContain(
    `${settings}:1:11: warning: nobody is told what is wrong with slack itself`,
  );
  broken.add('/a');
  const daemon = await start();
  home.append(alertLine(1));
  await daemon.logged('nobody else is named in `notices` who could be told', (line) => {
    return line['level'] === 'error' && String(line['sentence']).startsWith(PARKED);
  });
  const status = await run('status');
  expect(status.code).toBe(1);
  expect(status.stdout).toContain('! slack is parked');
  expect(told('/a', PARKED) + told('/b', PARKED)).toBe(0);
});

it('tells of a refused reload, and of one that is right again', async () => {
  const { settings, run, start, told } = await scene();
  const first = await start();
  writeFileSync(settings, 'notices: [slack, nobody]\n');
  const refused = await run('reload');
  expect(refused.code).not.toBe(0);
  expect(refused.stdout + refused.stderr).toContain('no integration has the id "nobody"');
  const check = await run('check');
  expect(check.stdout + check.stderr).toContain('no integration has the id "nobody"');
  const changed = 'The configuration was changed and refused';
  await until(() => told('/a', changed) === 1 && told('/b', changed) === 1, 'both are told');
  // A start has no configuration before it: it goes by what is right of this one.
  await first.kill();
  rmSync(settings);
  writeFileSync(settings, 'notices: [slack, "slack#2"]\n');
  await start();
  const right = 'The configuration is right again';
  await until(() => told('/a', right) === 1 && told('/b', right) === 1, 'both are told of that');
});

it('tells of an integration that has used up its share of the outbox', async () => {
  const { broken, home, settings, start, told } = await scene();
  writeFileSync(settings, 'notices: ["slack#2"]\noutbox: { max_megabytes: 16 }\n');
  broken.add('/a');
  await start();
  for (let batch = 0; batch < 10; batch += 1) home.append(...Array<string>(30).fill(large(60_000)));
  const full = 'slack has used up its share of the outbox';
  await until(() => told('/b', full) === 1, 'it is told');
  expect(told('/a', full)).toBe(0);
});

it('tells of an outbox that is nearly full, once an hour, and that it has room again', async () => {
  const { silent, block, home, settings, run, start, messages, told } = await scene();
  writeFileSync(settings, 'notices: [slack]\noutbox: { max_megabytes: 16 }\n');
  const groups = ['a', 'b', 'c', 'd', 'e', 'f'];
  const blocks = groups.map((group) => block(`/${group}`, `<group>${group},</group>`));
  home.configure([block('/told', '<level>15</level>'), ...blocks].join('\n'));
  for (const group of groups) silent.add(`/${group}`);
  await start();
  // Of this length, an alert takes a page of its own: more than counts against a share.
  const alerts = groups.map((group) => large(2_100, [group]));
  /** Gives each of those that do not answer as much as its share. */
  const fill = () => home.append(...Array.from({ length: 800 }, () => alerts).flat());
  const status = async () => (await run('status')).stdout;
  const full = 'The outbox of integratord is';
  const room = 'The outbox of integratord has room again.';

  fill();
  await until(() => told('/told', full) === 1, 'it is told');
  const [, percent] =
    /is (\d+) % full: `integratord status` says what waits\./.exec(
      messages('/told', full)[0] ?? '',
    ) ?? [];
  expect(Number(percent)).toBeGreaterThan(80);
  expect(await status()).toContain(`the outbox is ${percent} % full`);

  for (const at of groups.keys()) {
    await run('queue', 'drop', '--all-states', '--integration', `slack#${at + 2}`, '--yes');
  }
  await until(() => told('/told', room) === 1, 'it is told that there is room');
  expect(await status()).not.toContain('% full');
  fill();
  await until(async () => (await status()).includes('% full'), 'it is full again');
  // Longer than what comes and goes.
  await new Promise((resolve) => setTimeout(resolve, 35_000));
  expect(await status()).toContain('% full');
  expect(messages('/told', 'The outbox of')).toHaveLength(2);
});
