import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { alertLine, createHome, type Home } from '../support/home.ts';
import { DaemonProcess, until } from '../support/program.ts';
import { lacksPromtool, promtool } from '../support/promtool.ts';
import { Sink } from '../support/sink.ts';

let home: Home;
let sink: Sink;
let daemon: DaemonProcess;
let port: number;
let directory: string;
let file: string;

beforeEach(async () => {
  port = await freePort();
  sink = await Sink.start(() => ({ status: 200, body: 'ok' }));
  home = createHome(
    `<integration><name>slack</name><hook_url>${sink.url}/services/T/B/X</hook_url></integration>` +
      '<integration><name>custom-x</name></integration>' +
      `<integration><name>virustotal</name><api_key>${'e93facc0'.repeat(8)}</api_key></integration>`,
  );
  home.addScript('custom-x', '#!/bin/sh\nexit 0\n');
  directory = join(home.path, 'textfiles');
  file = join(directory, 'integratord.prom');
  mkdirSync(directory);
  // Others may pass, as in a real directory of node_exporter.
  for (const path of [home.path, directory]) chmodSync(path, 0o755);
});

afterEach(async () => {
  daemon.signal('SIGKILL');
  await daemon.exited;
  await sink.close();
  home.remove();
});

const settings = (text: string) =>
  writeFileSync(join(home.path, 'etc', 'integratord.yaml'), `metrics: ${text}\n`);
const scrape = async () => await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
const delivered =
  'integratord_deliveries_settled_total{integration="slack",outcome="delivered"} 1\n';

it('gives the metrics at a port and in a file, as the settings say, also after a reload', async () => {
  settings(`{ listen: "127.0.0.1:${port}", file: ${file} }`);
  daemon = await DaemonProcess.start(home.path);
  home.append(alertLine(1));
  await until(async () => (await scrape()).includes(delivered), 'it is measured');
  await until(() => existsSync(file), 'the file is written');
  expect(readFileSync(file, 'utf8')).toContain('integratord_build_info');

  settings(`{ listen: "127.0.0.1:${port}" }`);
  daemon.signal('SIGHUP');
  await until(() => !existsSync(file), 'the file is gone');
  expect(await scrape()).toContain(delivered);
  settings('{}');
  daemon.signal('SIGHUP');
  await until(
    () =>
      scrape().then(
        () => false,
        () => true,
      ),
    'nobody listens',
  );
  expect(readdirSync(directory)).toEqual([]);
});

it('removes the file when it stops', async () => {
  settings(`{ file: ${file} }`);
  daemon = await DaemonProcess.start(home.path);
  await until(() => existsSync(file), 'the file is written');
  daemon.signal('SIGTERM');
  expect(await daemon.exited).toBe(0);
  expect(readdirSync(directory)).toEqual([]);
});

it('goes on where the port is in use and the file cannot be written, and says so', async () => {
  const other = createServer().listen(port, '127.0.0.1');
  settings(`{ listen: "127.0.0.1:${port}", file: /proc/integratord.prom }`);
  daemon = await DaemonProcess.start(home.path);
  await daemon.logged('metrics cannot be served; retrying', (line) => line['port'] === port);
  await daemon.logged('metrics cannot be written to the file; retrying');
  home.append(alertLine(1));
  await until(() => sink.requests.length === 1, 'the alert arrives');
  expect(sink.requests[0]?.body).toContain('alert 1');
  other.close();
});

it.runIf(process.getuid?.() === 0)('writes a file that other users can read', async () => {
  settings(`{ file: ${file} }`);
  daemon = await DaemonProcess.start(home.path, [], {}, ['sh', '-c', 'umask 077; exec "$@"', 'sh']);
  await until(() => existsSync(file), 'the file is written');
  const nobody = { uid: 65_534, gid: 65_534, encoding: 'utf8' } as const;
  expect(execFileSync('cat', [file], nobody)).toContain('integratord_build_info');
});

describe.skipIf(lacksPromtool())('promtool', () => {
  it('finds nothing wrong with the metrics of a daemon that has worked', async () => {
    settings(`{ listen: "127.0.0.1:${port}", file: ${file} }`);
    daemon = await DaemonProcess.start(home.path);
    home.append(alertLine(1));
    await until(async () => (await scrape()).includes(delivered), 'it is measured');
    await until(() => existsSync(file), 'the file is written');
    const ran = 'integratord_script_duration_seconds_count{integration="custom-x"} 1\n';
    await until(async () => (await scrape()).includes(ran), 'the script is measured');
    for (const text of [await scrape(), readFileSync(file, 'utf8')]) {
      expect(promtool(['check', 'metrics'], text)).toEqual({ code: 0, output: '' });
    }
  });
});
