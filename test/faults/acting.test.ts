import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { alertLine } from '../support/home.ts';
import { IS_ROOT, ManagerHome, whyNotInstallable } from '../support/manager-home.ts';
import { COMMAND, DaemonProcess, type Finished, integratord, until } from '../support/program.ts';
import { isMissing, mustRun } from '../support/requirement.ts';

/** The manager's user, in these tests. */
const MANAGER = 65_534;
const STRANGER = 54_321;
const AS_MANAGER = ['setpriv', `--reuid=${MANAGER}`, `--regid=${MANAGER}`, '--clear-groups'];

const cannotTest = isMissing('Only root can become others; run this as root, with setpriv.', () => {
  if (!IS_ROOT) throw new Error('not root');
  mustRun('setpriv', '--version');
  const obstacle = whyNotInstallable();
  if (obstacle !== undefined) throw new Error(obstacle);
});

const BLOCK =
  '<integration><name>custom-note</name><level>3</level><alert_format>json</alert_format></integration>';
/** Says who runs it, and leaves a note for each alert. */
const SCRIPT = '#!/bin/sh\nid -u >> logs/notes\ncat "$1" >> logs/notes\n';

let home: ManagerHome;
let state: string;
let scene: string;

const say = (command: string, ...args: string[]): Promise<Finished> =>
  integratord([command, '--home', home.path, ...args]);
const notes = () => readFileSync(join(home.path, 'logs', 'notes'), 'utf8');

function makeState(owner: number): void {
  mkdirSync(state, { mode: 0o700 });
  chownSync(state, owner, owner);
}

describe.skipIf(cannotTest)('a command that root calls', () => {
  beforeEach(() => {
    home = new ManagerHome(BLOCK, 'root');
    home.write('integrations/custom-note', SCRIPT, 0o750);
    home.write('logs/notes', '', 0o666);
    state = join(home.path, 'queue', 'integratord');
    scene = mkdtempSync(join(tmpdir(), 'integratord-root-'));
    chmodSync(scene, 0o755);
  });
  afterEach(() => {
    home.remove();
    rmSync(scene, { recursive: true, force: true });
  });

  it('sends as the user that the outbox belongs to, also a file that only root can read', async () => {
    makeState(MANAGER);
    const file = join(scene, 'alert.json');
    writeFileSync(file, `${alertLine(7)}\n`);
    chmodSync(file, 0o600);
    const { code, stdout, stderr } = await say('send', '--integration', 'custom-note', file);
    expect(stderr).toMatch(
      /^integratord acts as user \w+, to whom .*queue\/integratord belongs\n$/,
    );
    expect(stdout).toContain('custom-note: delivered');
    expect(notes().trimEnd()).toBe(`${MANAGER}\n${alertLine(7)}`);
    expect(code).toBe(0);
    const page = join(scene, 'page.html');
    const simulated = await say('simulate', '--html', page, file);
    expect(simulated.stderr).toMatch(/^integratord acts as user /);
    expect(simulated.stdout).toContain('custom-note: 1 → 1 messages');
    expect(statSync(page).uid).toBe(0);
    for (const command of ['match', 'explain', 'preview']) {
      const id = command === 'preview' ? ['--integration', 'custom-note'] : [];
      expect(await say(command, ...id, file)).toMatchObject({ code: 0, stderr });
    }
  });

  it('sends as root where there is no outbox yet, says so, and makes none', async () => {
    const { code, stdout, stderr } = await say('send', '--integration', 'custom-note');
    expect([code, stdout]).toEqual([0, expect.stringContaining('delivered')]);
    expect(notes()).toMatch(/^0\n/);
    expect(stderr).toMatch(
      /^integratord acts as root, not as the daemon: there is no state directory .*\n$/,
    );
    expect(existsSync(state)).toBe(false);
    makeState(0);
    expect((await say('check')).stderr).toContain('acts as root, not as the daemon');
  });

  it('checks secrets as that user: a file for root only does not pass', async () => {
    makeState(MANAGER);
    const key = join(scene, 'key');
    writeFileSync(key, 'a-very-secret-key');
    chmodSync(key, 0o600);
    home.configure(BLOCK.replace('<level>', `<api_key>\${file:${key}}</api_key><level>`));
    const refused = await say('check');
    expect(refused.code).toBe(1);
    expect(refused.stdout).toContain(`${key} cannot be read`);
    chownSync(key, MANAGER, 0);
    expect((await say('check')).code).toBe(0);
  });

  it('checks scripts as that user: one for root only is not enabled', async () => {
    makeState(MANAGER);
    expect((await say('check')).code).toBe(0);
    home.write('integrations/custom-note', SCRIPT, 0o700);
    const check = await say('check');
    expect(check.stdout).toMatch(
      /ossec\.conf:\d+:\d+: warning: .*custom-note is not executable by/,
    );
    expect(check.stdout).toMatch(/^custom-note +parked /m);
    expect(check.code).toBe(1);
    expect((await say('check', '--lenient')).code).toBe(0);
  });

  it('reads a configuration that the command line names, and says that the daemon could not', async () => {
    makeState(MANAGER);
    const config = join(scene, 'new.conf');
    writeFileSync(config, `<ossec_config>${BLOCK}</ossec_config>`);
    chmodSync(config, 0o600);
    const { code, stdout, stderr } = await say('check', '--config', config);
    expect([code, stdout]).toEqual([0, expect.stringContaining('1 integration')]);
    expect(stderr).toMatch(/cannot read .*new\.conf\n$/);
    home.write('etc/ossec.conf', `<ossec_config>${BLOCK}</ossec_config>`, 0o600);
    chownSync(join(home.path, 'etc', 'ossec.conf'), 0, 0);
    expect((await say('check')).stdout).toContain('permission denied');
  });

  it('leaves every file of the outbox to its user', async () => {
    makeState(MANAGER);
    const daemon = await DaemonProcess.start(home.path, [], {}, AS_MANAGER);
    home.append(alertLine(1));
    await until(() => notes().includes('alert 1'), 'the script ran');
    expect((await say('queue', 'list')).code).toBe(0);
    await daemon.stop();
    const list = await say('queue', 'list', '--json');
    expect(list).toMatchObject({ code: 0, stderr: '' });
    expect(list.stdout).toContain('"state":"delivered"');
    const span = ['--since', '2000-01-01', '--until', '2100-01-01'];
    const replay = await say('replay', '--integration', 'custom-note', ...span, '--yes', '--json');
    expect(JSON.parse(replay.stdout)).toEqual({ alerts: 1, stored: 1 });
    const owners = readdirSync(state).map((name) => statSync(join(state, name)).uid);
    expect(new Set(owners)).toEqual(new Set([MANAGER]));
  });

  it('is root when it drops: the log of the daemon names who did it, not whose the outbox is', async () => {
    makeState(MANAGER);
    const daemon = await DaemonProcess.start(home.path, [], {}, AS_MANAGER);
    home.append(alertLine(1));
    await until(() => notes().includes('alert 1'), 'the script ran');
    const drop = await say('queue', 'drop', '--all', '--all-states', '--yes');
    expect(drop).toMatchObject({ code: 0 });
    const told = () => daemon.log.find(({ msg }) => /dropped by an operator/.test(msg));
    await until(() => told() !== undefined, 'the daemon says who dropped');
    expect(told()?.['who']).toMatch(/^root\b/);
    await daemon.stop();
  });

  it('follows no link that someone else planted in his own state directory', async () => {
    makeState(STRANGER);
    home.append(alertLine(1));
    const precious = join(scene, 'precious');
    writeFileSync(precious, 'as it was');
    symlinkSync(precious, join(state, 'daemon.json'));
    symlinkSync(join(scene, 'new'), join(state, 'outbox.db'));
    const run = await say('run');
    expect(run.stderr).toContain(`The state directory ${state} belongs to user ${STRANGER}`);
    expect(run.code).toBe(1);
    // The queue acts as the stranger, to whom no link helps.
    chmodSync(home.path, 0o755);
    chmodSync(join(home.path, 'queue'), 0o755);
    symlinkSync(precious, join(state, 'outbox.reserve'));
    expect((await say('queue', 'list')).code).toBe(1);
    // And where root is fooled into owning it all the same.
    chownSync(state, 0, 0);
    const again = await say('run');
    expect(again.stderr).toMatch(/(?:daemon\.json|outbox\.db) is a symbolic link/);
    expect(again.code).toBe(1);
    expect(readFileSync(precious, 'utf8')).toBe('as it was');
    expect(existsSync(join(scene, 'new'))).toBe(false);
  });

  it('leads to a running daemon when the installation page is followed word for word, with a script', async () => {
    home.append(alertLine(1), alertLine(2));
    const commands = documentedCommands();
    expect(commands.map(([words]) => words)).toEqual(
      expect.arrayContaining(['check', 'match', 'preview', 'send', 'install -d', 'run']),
    );
    for (const [words, command] of commands) {
      if (words !== 'run') {
        execFileSync('/bin/sh', ['-ec', command], {
          cwd: dirname(scene),
          env: { ...process.env, INTEGRATORD_HOME: home.path },
          stdio: 'pipe',
        });
        continue;
      }
      const daemon = await DaemonProcess.start(home.path, [], {}, AS_MANAGER);
      home.append(alertLine(3));
      await until(() => notes().includes('alert 3'), 'the script ran');
      expect(await daemon.stop()).toBe(0);
    }
    expect(statSync(state).uid).toBe(MANAGER);
  });
});

/** The commands of "Try it on your own alerts", in their order, for this home, its user and its integration. */
function documentedCommands(): [words: string, command: string][] {
  const text = readFileSync(
    fileURLToPath(new URL('../../docs/installation.md', import.meta.url)),
    'utf8',
  );
  const [, section = ''] = /## Try it on your own alerts\n([^]*?)\n## /.exec(text) ?? [];
  const lines = [...section.matchAll(/```sh\n([^]*?)```/g)].flatMap(([, block = '']) =>
    block.trimEnd().split('\n'),
  );
  return lines.map((line) => {
    const command = line
      .replace(/\s+#.*$/, '')
      .replaceAll(/\bintegratord (?=[a-z])/g, `'${process.execPath}' '${COMMAND}' `)
      .replaceAll('/var/ossec', home.path)
      .replaceAll('-o wazuh -g wazuh', `-o ${MANAGER} -g ${MANAGER}`)
      .replaceAll('slack', 'custom-note');
    const [words = ''] =
      /\b(?:install -d|check|match|preview|send|run)\b/.exec(
        line.replace(/^.*integratord (?=[a-z])/, ''),
      ) ?? [];
    return [words, command];
  });
}
