import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { receiveDatagrams } from '../../src/transport/datagrams/receive-datagrams.ts';
import { createHome } from '../support/home.ts';
import { DaemonProcess, until } from '../support/program.ts';
import { Sink } from '../support/sink.ts';
import { EMULATOR, noArm64 } from './support/arm64.ts';
import { datagramProgram } from './support/datagram-program.ts';
import { madeFile } from './support/made-packages.ts';

const ALERT = JSON.stringify({
  timestamp: '2026-08-20T11:21:10.002+0000',
  rule: { level: 5, description: 'File added.', id: '554', groups: ['ossec', 'syscheck'] },
  agent: { id: '001', name: 'web01', ip: '10.0.0.21' },
  manager: { name: 'm' },
  id: '1787224870.1',
  syscheck: { path: '/tmp/file', md5_after: 'a'.repeat(32), event: 'added' },
  location: 'syscheck',
});
const UNKNOWN = JSON.stringify({ error: { code: 'NotFoundError', message: 'not found' } });

let program: string;
beforeAll(() => {
  program = mkdtempSync(join(tmpdir(), 'integratord-arm64-'));
  const archive = madeFile(/-linux-arm64\.tar\.gz$/);
  execFileSync('tar', ['-xzf', archive, '-C', program, '--strip-components=1']);
});
afterAll(() => rmSync(program, { recursive: true, force: true }));

/** Runs the Node of the package to its end. */
function runNode(...args: readonly string[]) {
  const [emulator, ...options] = EMULATOR;
  const all = [...options, join(program, 'bin/node'), ...args];
  const { status, stdout, stderr } = spawnSync(emulator, all, { encoding: 'utf8' });
  return { status, stdout, stderr };
}

/** A manager with a script, and VirusTotal at this address. */
function manager(virusTotal = 'http://127.0.0.1:9') {
  const home = createHome(
    `<integration><name>custom-note</name></integration>
     <integration><name>virustotal</name><api_key>KEY</api_key><hook_url>${virusTotal}</hook_url>
     <group>syscheck</group></integration>`,
  );
  onTestFinished(() => home.remove());
  return home;
}

describe.skipIf(noArm64)('the tarball for ARM64, emulated,', () => {
  it('tells its version and checks a configuration', () => {
    const main = join(program, 'dist/cli/main.js');
    expect(runNode(main, '--version')).toEqual({
      status: 0,
      stdout: expect.stringMatching(/^\d+\.\d+/),
      stderr: '',
    });
    const { stdout } = runNode(main, 'check', '--home', manager().path);
    expect(stdout).toMatch(/^virustotal +enabled/m);
    expect(stdout).toMatch(/^custom-note +parked/m);
  });

  it('sends datagrams', () => {
    const path = join(program, 'queue');
    expect(runNode(...datagramProgram(program, path))).toEqual({
      status: 0,
      stdout: 'arm64, unreachable, here it is\n',
      stderr: '',
    });
  });

  // The processes that usually start scripts cannot be emulated: the daemon does it itself, as whenever they fail.
  it('delivers: an alert is given to a script and looked up, and the manager gets the result', async () => {
    const virusTotal = await Sink.start(() => ({ status: 404, body: UNKNOWN }));
    onTestFinished(() => virusTotal.close());
    const home = manager(virusTotal.url);
    const note = join(home.path, 'note');
    home.addScript('custom-note', `#!/bin/sh\ncp "$1" '${note}'\n`);
    mkdirSync(join(home.path, 'queue/sockets'));
    const events: string[] = [];
    onTestFinished(
      receiveDatagrams(join(home.path, 'queue/sockets/queue'), (datagram) => {
        events.push(datagram.toString('utf8'));
      }),
    );
    // In the place of this machine's Node, whose path comes first.
    const launcher = [
      'sh',
      '-c',
      `shift; exec ${EMULATOR.join(' ')} '${program}/bin/node' "$@"`,
      'sh',
    ];
    const main = join(program, 'dist/cli/main.js');
    const daemon = await DaemonProcess.start(home.path, [], {}, launcher, main);
    try {
      home.append(ALERT);
      await until(() => events.length > 0, 'the event arrived', 60_000);
      expect(events[0]).toMatch(/^1:\[001\] \(web01\) 10\.0\.0\.21->virustotal:\{.*"found":0/);
      await daemon.logged('delivered', ({ integration }) => integration === 'custom-note');
      expect(await daemon.stop()).toBe(0);
    } finally {
      await daemon.kill();
    }
  });
});
