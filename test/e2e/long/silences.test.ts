import { writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { alertLine, createHome } from '../../support/home.ts';
import { DaemonProcess, integratord, until } from '../../support/program.ts';
import { Sink } from '../../support/sink.ts';

/** What arrives, as one text each: `alert 3`, or what a message of our own says. */
async function scene(settings = '') {
  const arrived: string[] = [];
  const sink = await Sink.start(({ body }) => {
    const { title, text } = JSON.parse(body) as { title?: string; text?: string };
    arrived.push(
      /(?:alert \d+$|held back .*|.* held back until .*|.* is over\..*)/.exec(title ?? '')?.[0] ??
        `${title} ${text}`,
    );
    return { status: 200, body: '{"success": true}' };
  });
  onTestFinished(() => sink.close());
  const home = createHome(
    `<integration><name>shuffle</name><hook_url>${sink.url}</hook_url><alert_format>json</alert_format></integration>`,
  );
  onTestFinished(() => home.remove());
  const configure = (text: string) =>
    writeFileSync(join(home.path, 'etc', 'integratord.yaml'), text);
  if (settings !== '') configure(settings);
  const silence = async (...args: string[]) => {
    const { code, stdout, stderr } = await integratord(['silence', ...args, '--home', home.path]);
    return { code, stdout, stderr, json: () => JSON.parse(stdout) as Record<string, unknown> };
  };
  const start = async () => {
    const daemon = await DaemonProcess.start(home.path);
    onTestFinished(() => daemon.kill());
    return daemon;
  };
  return { home, arrived, silence, start, configure };
}

it('a silence holds alerts back, and its receipt says how many', async () => {
  const { home, arrived, silence, start } = await scene();
  const daemon = await start();
  const added = await silence(
    'add',
    '--for',
    '1h',
    '--why',
    'patch night',
    '--when',
    'rule.level < 12',
    '--name',
    'patching',
    '--json',
  );
  expect(added.code).toBe(0);
  expect(added.json()).toMatchObject({
    id: 1,
    key: 'silence:1',
    name: 'patching',
    state: 'active',
    by: expect.stringContaining(userInfo().username),
    why: 'patch night',
    when: 'rule.level < 12',
    integrations: null,
    // oxlint-disable-next-line unicorn/no-thenable -- that is what it is called
    then: 'summary',
    held: 0,
  });
  await daemon.logged('a silence begins');
  home.append(alertLine(1, { level: 5 }), alertLine(2, { level: 12 }), alertLine(3, { level: 7 }));
  await until(() => arrived.includes('alert 2'), 'the second has arrived');
  await until(async () => {
    const [one] = (await silence('list', '--json')).json() as unknown as { held: number }[];
    return one?.held === 2;
  }, 'both others are held');
  // By hand: how long it takes until here depends on the machine.
  expect((await silence('end', '1')).code).toBe(0);
  await daemon.logged('a silence is over');
  await until(() => arrived.length === 3, 'the receipt has arrived');
  expect(arrived).toEqual([
    expect.stringMatching(/^Some alerts are held back until .*: patching \(patch night\), by /),
    'alert 2',
    expect.stringMatching(/^held back 2 alerts during patching \(patch night\)/),
  ]);
  // What we say ourselves is in the outbox, and can be explained as any alert.
  const explain = async (id: string) => integratord(['explain', id, '--json', '--home', home.path]);
  const listed = await integratord(['queue', 'list', '--json', '--home', home.path]);
  const notice = /"(integratord-\d+)"/.exec(listed.stdout)?.[1] ?? '';
  expect(JSON.parse((await explain(notice)).stdout)).toMatchObject({
    alert: notice,
    found_in: 'outbox',
    integrations: [{ deliveries: [{ state: 'delivered' }] }],
  });
  expect((await explain('integratord-1')).stderr).toContain(
    'there is no integratord-1 in the outbox',
  );

  home.append(alertLine(4, { level: 5 }));
  await until(() => arrived.length === 4, 'the fourth has arrived');
  expect((await silence('list', '--json')).json()).toEqual([]);
  expect((await silence('list', '--all', '--json')).json()).toMatchObject([
    { id: 1, state: 'over', held: 2, held_by_integration: { shuffle: 2 } },
  ]);
  const stats = await integratord(['queue', 'stats', '--json', '--home', home.path]);
  expect(JSON.parse(stats.stdout)).toMatchObject({ shuffle: { silenced: 2 } });
  expect(await daemon.stop()).toBe(0);
});

it('a silence is ended at once, also one that was added while the daemon did not run', async () => {
  const { home, arrived, silence, start } = await scene();
  await (await start()).stop();
  expect(
    (await silence('add', '--for', '1h', '--why', 'scan', '--then', 'deliver')).stdout,
  ).toMatch(
    /^silence 1 from .* until .*, for all integrations; end it with: integratord silence end 1\n$/,
  );
  const daemon = await start();
  await daemon.logged('a silence begins');
  home.append(alertLine(1), alertLine(2));
  await until(
    async () => (await silence('list')).stdout.includes('  2     deliver'),
    'both are held',
  );
  expect(arrived.filter((one) => one.startsWith('alert'))).toEqual([]);
  const [before] = (await silence('list', '--json')).json() as unknown as { until: string }[];
  expect((await silence('extend', '1', '--by', '2h')).stdout).toMatch(/^silence:1 holds until /);
  const [after] = (await silence('list', '--json')).json() as unknown as { until: string }[];
  expect(Date.parse(after?.until ?? '') - Date.parse(before?.until ?? '')).toBe(7_200_000);
  await until(() => arrived.length === 2, 'the new end is told');
  arrived.pop();
  expect((await silence('extend', '1', '--until', '2020-01-01')).stderr).toContain('already');
  expect((await silence('extend', '1', '--by', '40d')).stderr).toContain('30 days at most');
  expect((await silence('extend', '1')).code).toBe(2);
  expect((await silence('end', '1')).stdout).toBe('silence:1 is over\n');
  await until(() => arrived.length === 4, 'both are delivered');
  expect(arrived.slice(1).sort()).toEqual([
    'alert 1',
    'alert 2',
    'scan is over. 2 alerts were held back and are sent now.',
  ]);
  const again = await silence('end', '1');
  expect([again.code, again.stderr]).toEqual([
    1,
    expect.stringContaining('silence 1 is over since'),
  ]);
  const late = await silence('extend', '1', '--by', '1h');
  expect([late.code, late.stderr]).toEqual([1, expect.stringContaining('silence 1 is over since')]);
  expect((await silence('end', 'scan')).code).toBe(1);
});

it('an alert mutes others with the same address, also one that is for nobody', async () => {
  const { home, arrived, start } = await scene(
    'integrations:\n  shuffle: { only: { level: ">= 5" } }\n' +
      'mutes:\n  - { name: scans, after: { groups: [brute_force] }, mute: { groups: [failed] }, same: agent.name, for: 1h }\n',
  );
  const daemon = await start();
  home.append(alertLine(1, { groups: ['failed'] }));
  await until(() => arrived.length === 1, 'the first has arrived');
  home.append(alertLine(2, { level: 3, groups: ['brute_force'] }));
  home.append(alertLine(3, { groups: ['failed'] }), alertLine(4, { groups: ['other'] }));
  await until(() => arrived.length === 2, 'the fourth has arrived');
  await daemon.kill();
  const again = await start();
  home.append(alertLine(5, { groups: ['failed'] }), alertLine(6, { groups: ['other'] }));
  await until(() => arrived.includes('alert 6'), 'the sixth has arrived');
  // What was on its way when the daemon was killed may come twice.
  expect([...new Set(arrived)]).toEqual(['alert 1', 'alert 4', 'alert 6']);
  expect(await again.stop()).toBe(0);
});

it('a silence of the settings file comes by itself, and a reload takes it away', async () => {
  const times = 'times:\n  always: { dates: ';
  const today = new Date();
  const day = (shift: number) => {
    const date = new Date(today.getFullYear(), today.getMonth(), today.getDate() + shift);
    const two = (number: number) => String(number).padStart(2, '0');
    return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  };
  const { home, arrived, silence, start, configure } = await scene(
    `${times}${day(-1)}..${day(1)} }\nsilences:\n  - { name: patching, at: always, why: patch night }\n`,
  );
  const daemon = await start();
  await daemon.logged('a silence begins');
  home.append(alertLine(1));
  await until(async () => {
    const [one] = (await silence('list', '--json')).json() as unknown as {
      held: number;
      key: string;
    }[];
    return one?.held === 1 && one.key.startsWith('patching@');
  }, 'it is held');
  configure('outbox: { delivered_days: 2 }\n');
  daemon.signal('SIGHUP');
  await until(() => arrived.length === 2, 'the receipt has arrived');
  expect(arrived[1]).toMatch(/^held back 1 alert during patching \(patch night\)/);
});

it('what is wrong is shown at its place, and nothing is added', async () => {
  const { silence, home, configure, start } = await scene();
  await (await start()).stop();
  const wrong = await silence(
    'add',
    '--for',
    '1h',
    '--why',
    'x',
    '--when',
    'rule.level > 3 && rule.id == 5710',
  );
  expect(wrong.code).toBe(1);
  expect(wrong.stderr).toContain(
    '--when:1:30: error: rule.id is a text, and this is not; did you mean "5710"?\n' +
      '    rule.level > 3 && rule.id == 5710\n' +
      '                                 ^^^^\n',
  );
  const only = await silence(
    'add',
    '--for',
    '1h',
    '--why',
    'x',
    '--only',
    '{ agent: srv-* }',
    '--json',
  );
  expect(only.code).toBe(1);
  expect(only.stderr).toContain(
    '--only:1:3: error: only.agent: unknown key "agent"; did you mean agents?',
  );
  expect(only.json()).toMatchObject({ ok: false, diagnostics: [{ severity: 'error', column: 3 }] });
  for (const [code, ...args] of [
    [2, '--for', '1h'],
    [2, '--why', 'x'],
    [2, '--why', 'x', '--for', '1h', '--until', '22:00'],
    [2, '--why', 'x', '--until', 'soon'],
    [2, '--why', 'x', '--for', '1h', '--then', 'drop'],
    [2, '--why', ' ', '--for', '1h'],
    [2, '--why', 'x', '--for', '1h', '--name', '12'],
    [1, '--why', 'x', '--for', '31d'],
    [1, '--why', 'x', '--until', '2020-01-01'],
    [1, '--why', 'x', '--for', '1h', '--integration', 'slack'],
  ] as const) {
    expect([args, (await silence('add', ...args)).code]).toEqual([args, code]);
  }
  expect((await silence('list', '--all', '--json')).json()).toEqual([]);
  configure('silences:\n  - { name: a, at: patchday, why: x, when: rule.level >> 1 }\n');
  const check = await integratord(['check', '--home', home.path]);
  expect(check.code).toBe(1);
  expect(check.stdout).toContain(
    'integratord.yaml:2:20: error: silences.0.at: there is no time "patchday"',
  );
  expect(check.stdout).toMatch(
    /integratord\.yaml:2:\d+: error: silences\.0\.when: .*\n {4}rule\.level >> 1\n +\^/,
  );
});

it('test shows what a silence would have held back', async () => {
  const { home, silence } = await scene('integrations:\n  shuffle: { only: { level: ">= 5" } }\n');
  home.append(
    alertLine(1, { level: 3 }),
    alertLine(2, { level: 7 }),
    alertLine(3, { level: 9 }),
    alertLine(4, { level: 15 }),
  );
  const args = ['test', '--only', '{ agents: web* }', '--since', '2026-08-01'];
  const { code, json } = await silence(...args, '--json');
  expect(code).toBe(0);
  expect(json()).toMatchObject({
    alerts: 4,
    held: 2,
    integrations: { shuffle: 2 },
    highest_level: 9,
    rules: [{ id: '5712', count: 2 }],
    agents: [{ name: 'web01', count: 2 }],
    examples: [
      { id: '1787224951.3', level: 9, integrations: ['shuffle'] },
      { id: '1787224951.2', level: 7 },
    ],
  });
  expect((await silence(...args, '--even-critical')).stdout).toContain(
    'held back 3 of them; the highest level is 15',
  );
  expect((await silence(...args.slice(0, 3), '--json')).json()).toMatchObject({ held: 0 });
  expect((await silence('list', '--all', '--json')).code).toBe(1);
});
