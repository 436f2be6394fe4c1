import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { alertLine, createHome } from '../support/home.ts';
import { DaemonProcess, integratord, until } from '../support/program.ts';
import { Sink } from '../support/sink.ts';

async function scene() {
  const world = { status: 200, arrived: 0 };
  const sink = await Sink.start(() => {
    if (world.status === 200) world.arrived += 1;
    return { status: world.status, body: world.status === 200 ? 'ok' : 'no_service' };
  });
  onTestFinished(() => sink.close());
  const block = (level: number) =>
    `<integration><name>slack</name><hook_url>${sink.url}</hook_url><level>${level}</level><alert_format>json</alert_format></integration>\n`;
  const home = createHome(block(3) + block(9));
  onTestFinished(() => home.remove());
  const run = (...args: string[]) => integratord([...args, '--home', home.path]);
  const status = async () => {
    const { stdout, code } = await run('status', '--json');
    return { code, ...(JSON.parse(stdout) as Record<string, unknown>) };
  };
  return { world, home, run, status };
}

it('says of a stopped daemon that it is stopped, and what waits', async () => {
  const { run, status } = await scene();
  expect(await status()).toMatchObject({ code: 2, state: 'stopped', running: false });
  expect((await run('status')).stdout).toMatch(
    /^STOPPED {2}integratord\n {2}! it is not running: .*no outbox/,
  );
});

it('says that all is well, what is parked, paused and refused', async () => {
  const { world, home, run, status } = await scene();
  const daemon = await DaemonProcess.start(home.path);
  onTestFinished(() => daemon.kill());
  home.append(alertLine(1, { level: 5 }));
  await until(() => world.arrived === 1, 'it has arrived');
  await until(async () => (await status()).code === 0, 'all is well');
  expect(await status()).toMatchObject({
    state: 'ok',
    running: true,
    pid: daemon.pid,
    mode: 'beside',
    reading: [{ source: 'file', lag_bytes: 0, troubles: [] }],
    integrations: [
      { id: 'slack', state: 'working', pending: 0, dead: 0 },
      { id: 'slack#2', state: 'working' },
    ],
    problems: [],
  });

  expect((await run('pause', 'slack')).stdout).toContain('slack is paused');
  await until(async () => (await status()).code === 1, 'that shows');
  home.append(alertLine(2, { level: 5 }));
  await until(async () => {
    const { integrations } = (await status()) as { integrations?: { pending: number }[] };
    return integrations?.[0]?.pending === 1;
  }, 'the second one waits');
  expect(world.arrived).toBe(1);
  expect((await run('status')).stdout).toMatch(
    /^DEGRADED .*\n {2}! slack is paused, 1 wait: \S.* paused it at/,
  );
  await run('resume', 'slack');
  await until(() => world.arrived === 2, 'it goes on');

  world.status = 404;
  home.append(alertLine(3, { level: 10 }));
  await until(async () => {
    const { problems } = (await status()) as { problems?: string[] };
    return problems?.some((problem) => problem.startsWith('slack#2 is parked, 1 wait: ')) === true;
  }, 'the parking shows');

  writeFileSync(
    join(home.path, 'etc', 'integratord.yaml'),
    'integrations: { slack: { when: "rule.level >>" } }\n',
  );
  const reload = await run('reload');
  expect(reload.code).toBe(1);
  expect(reload.stdout).toMatch(/integratord\.yaml:1:\d+: error: when: .*nothing was changed/s);
  expect((await run('status')).stdout).toMatch(
    /! the configuration was changed .* ago and refused/,
  );
  writeFileSync(
    join(home.path, 'etc', 'integratord.yaml'),
    'integrations: { slack: { concurrency: 2 } }\n',
  );
  expect(await run('reload')).toMatchObject({ code: 0 });
  await daemon.kill();
  expect(await status()).toMatchObject({
    code: 2,
    running: false,
    integrations: expect.arrayContaining([
      expect.objectContaining({ id: 'slack#2', state: 'parked', pending: 1 }),
    ]),
  });
  expect((await run('status')).stdout).toMatch(
    / waits? in the outbox[^]*\n {2}! slack#2 is parked, 1 wait: \S/,
  );
  expect((await run('reload')).code).toBe(3);
});

it('shows an integration that was removed as long as something of it is held back', async () => {
  const { home, run, status } = await scene();
  const settings = join(home.path, 'etc', 'integratord.yaml');
  const digest = (id: string) => `integrations: { "${id}": { digest: { every: 1h } } }\n`;
  writeFileSync(settings, digest('slack#2'));
  const daemon = await DaemonProcess.start(home.path);
  onTestFinished(() => daemon.kill());
  home.append(alertLine(1, { level: 10 }));
  const held = async () => {
    const { integrations = [] } = (await status()) as {
      integrations?: { id: string; state: string; held: number }[];
    };
    return integrations.filter((one) => one.held > 0).map(({ id, state }) => `${id} ${state}`);
  };
  await until(async () => (await held()).join() === 'slack#2 working', 'it is held');
  const text = readFileSync(home.config, 'utf8');
  writeFileSync(
    home.config,
    text.replace(/<integration>(?:(?!<integration>)[^])*<level>9[^]*?<\/integration>/, ''),
  );
  writeFileSync(settings, '# nothing\n');
  expect(await run('reload')).toMatchObject({ code: 0 });
  expect(await held()).toEqual(['slack (removed) not_running']);
});

it('fits Nagios: a misspelt check says nothing about the daemon', async () => {
  const { run } = await scene();
  expect((await run('status', '--jsn')).code).toBe(3);
  expect((await run('reload', '--jsn')).code).toBe(2);
});
