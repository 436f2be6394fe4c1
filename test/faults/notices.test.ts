import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { alertLine, createHome } from '../support/home.ts';
import { DaemonProcess, integratord, until } from '../support/program.ts';
import { Sink } from '../support/sink.ts';

/** Three integrations, two of which are told what is wrong. */
async function scene() {
  const broken = new Set<string>();
  const sink = await Sink.start(({ path }) => {
    return broken.has(path) ? { status: 404, body: 'no_service' } : { status: 200, body: 'ok' };
  });
  onTestFinished(() => sink.close());
  const block = (path: string) =>
    `<integration><name>slack</name><hook_url>${sink.url}${path}</hook_url><alert_format>json</alert_format></integration>`;
  const home = createHome(['/a', '/b', '/c'].map(block).join('\n'));
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
  const told = (path: string, text: string) =>
    sink.requests.filter((one) => one.path === path && one.body.includes(text)).length;
  return { broken, home, settings, run, start, told };
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
  const large = JSON.stringify({
    ...(JSON.parse(alertLine(1)) as object),
    full_log: 'x'.repeat(60_000),
  });
  for (let batch = 0; batch < 10; batch += 1) home.append(...Array<string>(30).fill(large));
  const full = 'slack has used up its share of the outbox';
  await until(() => told('/b', full) === 1, 'it is told');
  expect(told('/a', full)).toBe(0);
});
