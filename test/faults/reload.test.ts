import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { alertLine, createHome, type Home } from '../support/home.ts';
import { openTestDatabase } from '../support/outbox.ts';
import { DaemonProcess, integratord, type LogLine, until } from '../support/program.ts';
import { Sink } from '../support/sink.ts';

const REFUSED = 'configuration is invalid; the previous one stays active';
const RELOADED = 'configuration reloaded';
const WAITS = 'integration cannot run; its alerts wait until it is fixed';
const RESUMED = 'integration can run again; its alerts are delivered now';

let home: Home;
let sink: Sink;
let daemon: DaemonProcess;
afterEach(async () => {
  await daemon.kill();
  await sink.close();
  home.remove();
});

/** The directory for secrets and the output of scripts. */
const file = (name: string) => join(home.path, 'etc', name);
const path = (name: string) => `${sink.url}/${name}`;

/** A Slack block for a path of the sink. */
function slack(name: string, level = '<level>3</level>'): string {
  return `<integration><name>slack</name><hook_url>${path(name)}</hook_url>${level}</integration>`;
}

const SCRIPT_BLOCK =
  '<integration><name>custom-note</name><hook_url>x</hook_url><level>3</level></integration>';

/** Puts a script into its place that tells the sink of the alert. */
function addScript(): void {
  const script = `#!${process.execPath}
const alert = require('node:fs').readFileSync(process.argv[2], 'utf8');
const number = /alert (\\d+)/.exec(alert)[1];
fetch('${path('script')}', { method: 'POST', body: 'alert ' + number }).catch(() => process.exit(1));
`;
  home.addScript('custom-note', script);
}

function removeScript(): void {
  rmSync(join(home.path, 'integrations', 'custom-note'));
}

/** The numbers of the alerts that arrived at a path, sorted, each once. */
function arrived(name: string): number[] {
  const own = sink.requests.filter((request) => request.path === `/${name}`);
  const numbers = own.map(({ body }) => Number(/alert (\d+)/.exec(body)?.[1]));
  return [...new Set(numbers)].sort((a, b) => a - b);
}

async function all(name: string, numbers: readonly number[]): Promise<void> {
  const wanted = JSON.stringify(numbers);
  await until(
    () => JSON.stringify(arrived(name)) === wanted,
    `${wanted} arrived at ${name}`,
    60_000,
  );
}

/** SIGHUP, until a new line with this message is in the log. */
async function reload(message: string): Promise<void> {
  const count = () => daemon.log.filter(({ msg }) => msg === message).length;
  const before = count();
  daemon.signal('SIGHUP');
  await until(() => count() > before, `the log says "${message}":\n${daemon.output}`, 60_000);
}

const errors = (): LogLine[] => daemon.log.filter(({ level }) => level === 'error');

interface Mistake {
  readonly what: string;
  /** Makes it. */
  readonly make: () => void;
  /** What the log says of it. */
  readonly says: RegExp;
}

const MISTAKES: readonly Mistake[] = [
  {
    what: 'a misspelt tag',
    make: () => home.configure(whole().replaceAll('<hook_url>', '<hook_ulr>')),
    says: /ossec\.conf:\d+:\d+: error: .*hook_ulr/,
  },
  {
    what: 'a removed address',
    make: () => home.configure(whole().replace(/<hook_url>[^<]*one<\/hook_url>/, '')),
    says: /ossec\.conf:\d+:\d+: error: slack works now and could not any more: slack needs <hook_url>/,
  },
  {
    what: 'an address without a scheme',
    make: () => home.configure(whole().replace('http://', '')),
    says: /ossec\.conf:\d+:\d+: error: slack works now and could not any more: <hook_url> must be/,
  },
  {
    what: 'a level that is a word',
    make: () => home.configure(whole().replace('<level>3<', '<level>high<')),
    says: /ossec\.conf:\d+:\d+: error: .*level.*high/,
  },
  {
    what: 'a misspelt name',
    make: () => home.configure(whole().replace('custom-note', 'custom-noet')),
    says: /error: custom-note works now and could not any more: its script .*noet does not exist/,
  },
  {
    what: 'a secret that is gone',
    make: () => rmSync(file('hook')),
    says: /error: the secret file .*hook does not exist/,
  },
  {
    what: 'an empty file',
    make: () => writeFileSync(home.config, ''),
    says: /ossec\.conf:1:1: error: this file is empty/,
  },
  {
    what: 'a blank file',
    make: () => writeFileSync(home.config, ' \n\n\t\n'),
    says: /ossec\.conf:1:1: error: this file is empty/,
  },
  {
    what: 'a file of another kind',
    make: () => writeFileSync(home.config, '{"slack": true}\n'),
    says: /ossec\.conf:1:1: error: this file has no <ossec_config>/,
  },
  {
    what: 'a pipe',
    make: () => {
      rmSync(home.config);
      execFileSync('mkfifo', [home.config]);
    },
    says: /ossec\.conf:1:1: error: this file is not a regular file/,
  },
  {
    what: 'a file that ends in the middle',
    make: () => writeFileSync(home.config, '<ossec_config>\n<integration>\n<name>slack</name>'),
    says: /ossec\.conf:\d+:\d+: error:/,
  },
  {
    what: 'a file that is gone',
    make: () => rmSync(home.config),
    says: /ossec\.conf:1:1: error: this file does not exist/,
  },
  {
    what: 'broken YAML',
    make: () => writeFileSync(file('integratord.yaml'), 'integrations: [broken'),
    says: /integratord\.yaml:1:\d+: error: this is not valid YAML/,
  },
  {
    what: 'empty settings',
    make: () => writeFileSync(file('integratord.yaml'), ''),
    says: /integratord\.yaml:1:1: error: this file is empty/,
  },
  {
    what: 'settings that are gone',
    make: () => rmSync(file('integratord.yaml')),
    says: /integratord\.yaml:1:1: error: this file does not exist/,
  },
  {
    what: 'an unknown setting',
    make: () => writeFileSync(file('integratord.yaml'), `${settings()}    levle: 7\n`),
    says: /integratord\.yaml:\d+:\d+: error: unknown key "levle"/,
  },
  {
    what: 'a script that is gone',
    make: removeScript,
    says: /error: custom-note works now and could not any more: its script .* does not exist/,
  },
];

/** Two addresses, one of them secret, a script, and an integration of the settings. */
function whole(): string {
  const secret = `<integration><name>slack</name><hook_url>\${file:${file('hook')}}</hook_url></integration>`;
  return slack('one') + secret + SCRIPT_BLOCK;
}

const settings = () => `integrations:\n  room:\n    type: slack\n    hook_url: ${path('three')}\n`;

function writeAll(): void {
  writeFileSync(file('hook'), path('two'), { mode: 0o600 });
  writeFileSync(file('integratord.yaml'), settings());
  addScript();
  rmSync(home.config, { force: true });
  home.configure(whole());
}

const PLACES = ['one', 'two', 'three', 'script'] as const;

describe('a reload with a mistake', () => {
  it.each(MISTAKES)('changes nothing: $what', async ({ make, says }) => {
    sink = await Sink.start();
    home = createHome('');
    writeAll();
    daemon = await DaemonProcess.start(home.path);
    home.append(alertLine(1));
    for (const place of PLACES) await all(place, [1]);

    make();
    await reload(REFUSED);
    expect(errors().map(({ msg }) => msg)).toContainEqual(expect.stringMatching(says));
    home.append(alertLine(2), alertLine(3));
    for (const place of ['one', 'two', 'three']) await all(place, [1, 2, 3]);

    writeAll();
    await reload(RELOADED);
    home.append(alertLine(4));
    for (const place of PLACES) await all(place, [1, 2, 3, 4]);
    const { stdout } = await integratord(['queue', 'stats', '--home', home.path, '--json']);
    expect(stdout).not.toMatch(/"(?:pending|parked|dead)":[1-9]/);
  });

  it('is refused as a whole: nothing else of it is taken over', async () => {
    sink = await Sink.start();
    home = createHome(slack('one'));
    daemon = await DaemonProcess.start(home.path);
    home.configure(`${slack('two')}<integration><name>slack</name><levle>1</levle></integration>`);
    await reload(REFUSED);
    home.append(alertLine(1));
    await all('one', [1]);
    expect(arrived('two')).toEqual([]);
  });
});

describe('a valid reload', () => {
  it('takes over settings that did not exist at the start, and misses them when they are gone', async () => {
    sink = await Sink.start();
    home = createHome(slack('one'));
    daemon = await DaemonProcess.start(home.path);
    await reload(RELOADED);
    writeFileSync(file('integratord.yaml'), `${settings()}    levle: 7\n`);
    await reload(REFUSED);
    writeFileSync(file('integratord.yaml'), settings());
    await reload(RELOADED);
    home.append(alertLine(1));
    for (const place of ['one', 'three']) await all(place, [1]);
    rmSync(file('integratord.yaml'));
    await reload(REFUSED);
    expect(daemon.output).toMatch(/integratord\.yaml:1:1: error: this file does not exist/);
    expect(daemon.output).not.toMatch(/no settings apply/);
  });

  it('ends the block that was taken out, and all of them where there is none', async () => {
    sink = await Sink.start();
    home = createHome(slack('one') + slack('two'));
    daemon = await DaemonProcess.start(home.path);
    home.configure(slack('two'));
    await reload(RELOADED);
    home.append(alertLine(1));
    await all('two', [1]);
    home.configure('');
    await reload(RELOADED);
    home.append(alertLine(2));
    const stats = () => integratord(['queue', 'stats', '--home', home.path]);
    await until(async () => (await stats()).stdout.includes(' 2 alerts read'), 'it was read');
    home.configure(slack('one'));
    await reload(RELOADED);
    home.append(alertLine(3));
    await all('one', [3]);
    expect(arrived('two')).toEqual([1]);
  });

  it('is not held up by blocks that could not run before', async () => {
    sink = await Sink.start();
    const broken =
      '<integration><name>custom-missing</name></integration><integration><name>telegram</name></integration>';
    home = createHome(broken + slack('one'));
    daemon = await DaemonProcess.start(home.path);
    home.configure(broken + slack('two'));
    await reload(RELOADED);
    home.append(alertLine(1));
    await all('two', [1]);
    expect(arrived('one')).toEqual([]);
  });
});

const UNABLE: readonly (Omit<Mistake, 'make'> & { readonly block: () => string })[] = [
  {
    what: 'a missing script',
    block: () => SCRIPT_BLOCK,
    says: /its script .*custom-note does not exist/,
  },
  {
    what: 'no address',
    block: () => '<integration><name>slack</name><level>3</level></integration>',
    says: /slack needs <hook_url>/,
  },
  {
    what: 'an empty address',
    block: () => '<integration><name>slack</name><hook_url></hook_url></integration>',
    says: /slack needs <hook_url>, which is empty/,
  },
  {
    what: 'an address without a scheme',
    block: () => slack('one').replace('http://', ''),
    says: /<hook_url> must be an address/,
  },
  {
    what: 'a secret that is missing',
    block: () =>
      `<integration><name>slack</name><hook_url>\${file:${file('none')}}</hook_url></integration>`,
    says: /a secret that <hook_url> refers to is missing/,
  },
];

describe.each(['start', 'reload'] as const)('a block that cannot run at a %s', (when) => {
  it.each(UNABLE)('has its alerts wait until it can: $what', async ({ block, says }) => {
    sink = await Sink.start();
    home = createHome('');
    const healthy = slack('healthy');
    // At a reload a missing secret is an error, and the reload would be refused.
    const isStart = when === 'start' || block().includes('${file:');
    home.configure(isStart ? healthy + block() : healthy);
    daemon = await DaemonProcess.start(home.path);
    if (!isStart) {
      home.configure(healthy + block());
      await reload(RELOADED);
    }
    await daemon.logged(WAITS, ({ cause }) => says.test(String(cause)));
    home.append(alertLine(1), alertLine(2));
    await all('healthy', [1, 2]);
    const { stdout } = await integratord([
      'queue',
      'list',
      '--state',
      'parked',
      '--home',
      home.path,
      '--json',
    ]);
    const waiting = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(waiting).toMatchObject([1, 2].map(() => ({ state: 'parked', reason: 'configuration' })));

    const isScript = block() === SCRIPT_BLOCK;
    if (isScript) addScript();
    else home.configure(healthy + slack('one'));
    await reload(RELOADED);
    await all(isScript ? 'script' : 'one', [1, 2]);
    await daemon.logged(RESUMED, (line) => line['waiting'] === 2);
    const line = daemon.log.find(({ msg }) => msg === RESUMED);
    expect(line?.['oldest']).toMatch(/^20\d\d-/);
    expect(line?.['hint']).toContain('queue drop --integration ');
    expect(arrived('healthy')).toEqual([1, 2]);
  });
});

it('keeps the old configuration while another process holds the outbox, then takes the new one', async () => {
  sink = await Sink.start();
  home = createHome(slack('one'));
  daemon = await DaemonProcess.start(home.path);
  home.configure(slack('two'));
  const other = openTestDatabase(home.state);
  other.execute('BEGIN IMMEDIATE');
  await reload('configuration waits for the outbox; the previous one stays active');
  other.execute('ROLLBACK');
  home.append(alertLine(1));
  await all('one', [1]);
  await daemon.logged(RELOADED);
  home.append(alertLine(2));
  await all('two', [2]);
  expect(arrived('one')).toEqual([1]);
});

it('keeps what waits for a block that cannot run over a restart', async () => {
  sink = await Sink.start();
  home = createHome(SCRIPT_BLOCK);
  daemon = await DaemonProcess.start(home.path);
  home.append(alertLine(1));
  const parked = async () => {
    const { stdout } = await integratord(['queue', 'stats', '--home', home.path, '--json']);
    return stdout.includes('"parked":1');
  };
  await until(parked, 'the alert waits', 60_000);
  await daemon.kill();
  addScript();
  daemon = await DaemonProcess.start(home.path);
  await all('script', [1]);
  expect(daemon.log.find(({ msg }) => msg === RESUMED)).toMatchObject({ waiting: 1 });
});

it('lets an operator who put the script into its place resume it', async () => {
  sink = await Sink.start();
  home = createHome(SCRIPT_BLOCK);
  daemon = await DaemonProcess.start(home.path);
  home.append(alertLine(1));
  const retry = () => integratord(['queue', 'retry', '--all', '--home', home.path]);
  await until(async () => (await retry()).stdout.startsWith('1 '), 'the alert waits', 60_000);
  await until(() => daemon.log.filter(({ msg }) => msg === WAITS).length > 1, 'it still waits');
  addScript();
  await retry();
  await all('script', [1]);
  expect(daemon.log.find(({ msg }) => msg === RESUMED)).toMatchObject({ waiting: 1 });
});

it('stores nothing for a name that leads nowhere', async () => {
  sink = await Sink.start();
  home = createHome(`<integration><name>telegram</name></integration>${slack('one')}`);
  daemon = await DaemonProcess.start(home.path);
  home.append(alertLine(1));
  await all('one', [1]);
  const { stdout } = await integratord(['queue', 'stats', '--home', home.path, '--json']);
  expect(Object.keys(JSON.parse(stdout) as object)).toEqual(['slack']);
});

it('drops only what is older than asked', async () => {
  sink = await Sink.start();
  home = createHome(SCRIPT_BLOCK);
  daemon = await DaemonProcess.start(home.path);
  home.append(alertLine(1));
  const queue = (...args: string[]) => integratord(['queue', ...args, '--home', home.path]);
  await until(async () => (await queue('list')).stdout.includes('custom-note'), 'it waits', 60_000);
  const drop = [
    'drop',
    '--yes',
    '--all-states',
    '--integration',
    'custom-note',
    '--older-than',
  ] as const;
  expect((await queue('list', '--older-than', '1h')).stdout).toBe('no deliveries\n');
  expect((await queue(...drop, '1h')).stdout).toBe('0 deliveries dropped\n');
  expect((await queue(...drop, '1 hour')).code).toBe(2);
  expect((await queue(...drop, '0s')).stdout).toBe('1 delivery dropped\n');
});
