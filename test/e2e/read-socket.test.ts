import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { alertLine, createHome, type Home } from '../support/home.ts';
import { IS_ROOT } from '../support/manager-home.ts';
import { COMMAND, DaemonProcess, type Finished, until } from '../support/program.ts';
import { isMissing, mustRun } from '../support/requirement.ts';
import { Sink } from '../support/sink.ts';

/** Who is who, in these tests: numbers that no system gives away. */
const DAEMON = 54_001;
const READERS = 54_002;
const MONITOR = 54_003;
const STRANGER = 54_004;

const as = (uid: number, gid: number) => [
  'setpriv',
  `--reuid=${uid}`,
  `--regid=${gid}`,
  '--clear-groups',
];

const cannotTest = isMissing('Only root can become others; run this as root, with setpriv.', () => {
  if (!IS_ROOT) throw new Error('not root');
  mustRun('setpriv', '--version');
  const [command, ...rest] = [...as(STRANGER, STRANGER), process.execPath, COMMAND] as const;
  execFileSync(command, [...rest, '--version'], { cwd: '/', stdio: 'pipe' });
});

let home: Home;
let sink: Sink;
let daemon: DaemonProcess;
let directory: string;
let socket: string;

const configure = (text: string) =>
  writeFileSync(join(home.path, 'etc', 'integratord.yaml'), `${text}\n`);

/** A directory for the socket, of the daemon and a group. */
function makeDirectory(group: number, mode: number): void {
  mkdirSync(directory);
  chownSync(directory, DAEMON, group);
  chmodSync(directory, mode);
}

async function start(): Promise<void> {
  execFileSync('chown', ['-R', `${DAEMON}:${DAEMON}`, join(home.path, 'queue')]);
  chownSync(home.alerts, DAEMON, DAEMON);
  daemon = await DaemonProcess.start(home.path, [], {}, as(DAEMON, DAEMON));
}

/** Begins a command of integratord as another user. */
function begin(who: readonly string[], ...args: string[]) {
  const [command = '', ...rest] = [...who, process.execPath, COMMAND, ...args];
  const child = spawn(command, rest, { cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text));
  const ended = new Promise<Finished>((resolve) => {
    child.on('close', (code) => resolve({ code, ...said }));
  });
  return { said, ended, child };
}

const MEMBER = as(MONITOR, READERS);
const OTHER = as(STRANGER, STRANGER);
const run = (who: readonly string[], ...args: string[]) => begin(who, ...args).ended;

/** Asks at the socket itself, as a user of the group; says with which status it answered. */
async function request(method: string, path: string): Promise<string> {
  const program = `require('node:http').request({ socketPath: ${JSON.stringify(socket)}, method: '${method}', path: '${path}' },
    (response) => { console.log(response.statusCode); response.destroy(); })
    .on('error', (error) => console.log(error.code)).end()`;
  const [command, ...rest] = [...MEMBER, process.execPath, '-e', program] as const;
  return execFileSync(command, rest, { encoding: 'utf8', cwd: '/' }).trim();
}

describe.skipIf(cannotTest)('the read socket', () => {
  beforeEach(async () => {
    sink = await Sink.start();
    home = createHome(
      `<integration><name>slack</name><hook_url>${sink.url}/services/T/B/hunter2</hook_url></integration>`,
    );
    // As a manager's directory: others may pass, and enter what is theirs.
    chmodSync(home.path, 0o755);
    directory = join(home.path, 'run');
    socket = join(directory, 'read.sock');
  });
  afterEach(async () => {
    await daemon.kill();
    await sink.close();
    home.remove();
  });

  it('lets a group see how it does, and do nothing; nobody else; until a reload closes it', async () => {
    makeDirectory(READERS, 0o2750);
    configure(`control: { read_socket: ${socket}, group: ${READERS} }`);
    await start();
    await daemon.logged('read socket listens', ({ group }) => group === READERS);
    const { mode, uid, gid } = statSync(socket);
    expect([mode & 0o777, uid, gid]).toEqual([0o660, DAEMON, READERS]);

    const status = await run(MEMBER, 'status', '--socket', socket, '--json');
    expect(status).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(status.stdout)).toMatchObject({ running: true, pid: daemon.pid });
    const metrics = await run(MEMBER, 'metrics', '--socket', socket);
    expect(metrics).toMatchObject({ code: 0, stderr: '' });
    expect(metrics.stdout).toMatch(/^integratord_build_info\{.*\} 1$/m);
    expect(`${status.stdout}${metrics.stdout}`).not.toContain('hunter2');
    const tail = begin(MEMBER, 'tail', '--socket', socket, '--json');
    const top = begin(MEMBER, 'top', '--socket', socket, '--json');
    onTestFinished(() => {
      tail.child.kill();
      top.child.kill();
    });
    let number = 0;
    await until(() => {
      number += 1;
      home.append(alertLine(number));
      return tail.said.stdout !== '' && /"rule":"5712"/.test(top.said.stdout);
    }, 'both tell');
    expect(tail.said.stdout).toContain('"event":"delivered"');

    for (const [method, path] of [
      ['POST', '/reload'],
      ['GET', '/reload'],
      ['POST', '/pause/slack'],
      ['POST', '/status'],
      ['GET', '/queue'],
    ] as const) {
      expect([method, path, await request(method, path)]).toEqual([method, path, '404']);
    }
    const inForce = daemon.log.filter(({ msg }) => msg === 'configuration reloaded');
    expect(inForce).toEqual([]);
    for (const command of [['reload'], ['pause', 'slack'], ['queue', 'list']]) {
      expect((await run(MEMBER, ...command, '--home', home.path)).code).not.toBe(0);
    }
    expect(await run(MEMBER, 'status', '--home', home.path)).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('or by its read socket (--socket)'),
    });

    const refused = { code: 3, stdout: '', stderr: expect.stringContaining('EACCES') };
    expect(await run(OTHER, 'status', '--socket', socket)).toEqual(refused);
    // That the directory is closed to them is not all that keeps them out.
    chmodSync(directory, 0o2755);
    expect(await run(OTHER, 'status', '--socket', socket)).toEqual(refused);
    expect(await run(OTHER, 'metrics', '--socket', socket)).toEqual(refused);

    configure('{}');
    daemon.signal('SIGHUP');
    await until(() => !existsSync(socket), 'it is closed');
    const stopped = await run(MEMBER, 'status', '--socket', socket);
    expect(stopped).toMatchObject({ code: 2, stderr: '' });
    expect(stopped.stdout).toContain(`nobody listens at ${socket}`);
  });

  it('says so where the daemon may not give it to the group, and lets in its own', async () => {
    makeDirectory(DAEMON, 0o755);
    configure(`control: { read_socket: ${socket}, group: ${READERS} }`);
    await start();
    await daemon.logged('read socket has another group than it should', (line) => {
      return line['wanted'] === String(READERS) && line['group'] === DAEMON;
    });
    await daemon.logged('read socket listens');
    expect((await run(MEMBER, 'status', '--socket', socket)).code).toBe(3);
    expect((await run(as(MONITOR, DAEMON), 'status', '--socket', socket)).code).toBe(0);
  });
});
