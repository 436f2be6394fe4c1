import { execFileSync } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { alertLine } from '../support/home.ts';
import { addStep } from '../support/other-version.ts';
import { until } from '../support/program.ts';
import { tempDir } from '../support/temp-dir.ts';
import { Debian, noDebian } from './support/debian.ts';
import { commitTime, madeFile, makePackages, ROOT } from './support/made-packages.ts';
import { append, setUpManager } from './support/manager.ts';
import { otherClone } from './support/other-clone.ts';

const ALERTS = 10_000;
/** Attempts that may be under way at a kill. */
const IN_FLIGHT = 8;
const NODE = '/usr/lib/integratord/bin/node';
const RESTORED = 'outbox from before the upgrade is restored; alerts since then may be sent again';

/** A service that is down until `/tmp/up` is there, and writes down the number of each alert that it takes. */
const SERVICE = `
const { appendFileSync, existsSync } = require('node:fs');
require('node:http').createServer((request, response) => {
  let body = '';
  request.on('data', (chunk) => { body += chunk; });
  request.on('end', () => {
    const isUp = existsSync('/tmp/up');
    if (isUp) appendFileSync('/tmp/taken', /alert (\\d+)/.exec(body)[1] + '\\n');
    response.writeHead(isUp ? 200 : 503).end('{"success": true}');
  });
}).listen(8080, '127.0.0.1', () => process.stdout.write('listens\\n'));
`;
const BLOCKS =
  '<ossec_config><integration><name>shuffle</name><hook_url>http://127.0.0.1:8080/hook</hook_url></integration></ossec_config>';

/** The .deb of the version after this one, whose outbox has another shape. */
async function nextDeb(): Promise<string> {
  const clone = otherClone();
  // What was fetched for the first packages is taken again.
  symlinkSync(join(ROOT, 'packages'), join(clone, 'packages'));
  execFileSync(process.execPath, ['scripts/build.mjs'], { cwd: clone, stdio: 'ignore' });
  addStep(clone);
  const out = tempDir();
  const names = await makePackages({
    root: clone,
    out,
    version: '99.0.0',
    seconds: commitTime(),
    architectures: ['x64'],
    kinds: ['deb'],
  });
  return join(out, names.find((name) => name.endsWith('.deb')) ?? 'none');
}

/** The daemon as the unit starts it. */
class Unit {
  readonly #debian: Debian;
  log = '';

  constructor(debian: Debian) {
    this.#debian = debian;
    const command = debian.startOf('/usr/lib/systemd/system/integratord.service');
    const daemon = debian.spawn(command, { user: 'wazuh' });
    daemon.stderr?.on('data', (text: Buffer) => {
      this.log += text.toString();
    });
  }

  async ready(): Promise<this> {
    await until(() => this.log.includes('"ready"'), `it is ready:\n${this.log}`, 120_000);
    return this;
  }

  /** As systemd does it, or the kernel. */
  async end(signal: 'TERM' | 'KILL'): Promise<void> {
    // The brackets keep it from finding itself.
    const find = "grep -lsz 'dist/cli/mai[n].js' /proc/[0-9]*/cmdline | cut -d/ -f3";
    const pids = () => this.#debian.must(['sh', '-c', `${find} || true`]).trim();
    this.#debian.must(['sh', '-c', `kill -${signal} $(${find})`]);
    await until(() => pids() === '', 'it has ended', 30_000);
  }
}

const numbers = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i);
const lines = (from: number, count: number) => numbers(from, count).map((one) => alertLine(one));

it.skipIf(noDebian)(
  'an upgrade of the .deb with 10,000 alerts waiting, and going back, lose none',
  async () => {
    const debian = await Debian.start();
    onTestFinished(() => debian.remove());
    setUpManager(debian);
    const present = madeFile(/_amd64\.deb$/);
    const next = await nextDeb();
    debian.install(present);
    debian.must(['tee', '/etc/integratord/integrations.conf'], { input: BLOCKS });
    writeFileSync(debian.path('/tmp/service.js'), SERVICE);
    const service = debian.spawn([NODE, '/tmp/service.js']);
    await new Promise((resolve) => service.stdout?.once('data', resolve));
    const taken = () =>
      debian.exists('/tmp/taken') ? debian.read('/tmp/taken').trim().split('\n').map(Number) : [];
    const pending = () => {
      const state = ['--state', '/var/lib/integratord'];
      const { stdout } = debian.run(['integratord', 'queue', 'stats', '--json', ...state]);
      const { shuffle } = JSON.parse(stdout) as { shuffle?: { pending: number; leased: number } };
      return (shuffle?.pending ?? -1) + (shuffle?.leased ?? 0);
    };
    const lost = (count: number) => {
      const seen = new Set(taken());
      return numbers(0, count).filter((one) => !seen.has(one)).length;
    };

    const before = await new Unit(debian).ready();
    append(debian, ...lines(0, ALERTS));
    await until(() => pending() === ALERTS, 'all of them wait');
    await before.end('TERM');
    debian.must(['touch', '/tmp/up']);

    // Up, and killed midway.
    debian.install(next);
    expect(debian.must(['integratord', '--version']).trim()).toBe('99.0.0');
    append(debian, ...lines(ALERTS, 100));
    const upgraded = await new Unit(debian).ready();
    expect(upgraded.log).toContain('outbox is upgraded; a copy from before is kept');
    await until(() => taken().length > 2000, 'some have arrived');
    await upgraded.end('KILL');
    const again = await new Unit(debian).ready();
    await until(() => lost(ALERTS + 100) === 0, 'all have arrived');
    await until(() => pending() === 0, 'nothing waits');
    await again.end('TERM');
    const twice = taken().length - (ALERTS + 100);
    process.stdout.write(`up: ${taken().length} requests for ${ALERTS + 100} alerts\n`);
    expect(twice).toBeLessThanOrEqual(IN_FLIGHT);

    // Back: the older package finds the copy by itself.
    debian.install(present);
    debian.must(['rm', '/tmp/taken']);
    append(debian, ...lines(ALERTS + 100, 10));
    const back = await new Unit(debian).ready();
    expect(back.log).toContain(RESTORED);
    await until(() => lost(ALERTS + 110) === 0 && pending() === 0, 'all came again');
    await back.end('TERM');
    process.stdout.write(`back: ${taken().length} requests for ${ALERTS + 110} alerts\n`);
    expect(taken()).toHaveLength(ALERTS + 110);
  },
  600_000,
);
