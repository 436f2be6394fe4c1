import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { receiveDatagrams } from '../../src/transport/datagrams/receive-datagrams.ts';
import { createHome, type Home } from '../support/home.ts';
import { DaemonProcess, until } from '../support/program.ts';
import { Sink } from '../support/sink.ts';

const HASHES = 50;
const ALERTS = 1000;

let home: Home;
let virusTotal: Sink;
let endManager: (() => void) | undefined;
let daemon: DaemonProcess | undefined;
let received: string[];

const hash = (number: number) => number.toString(16).padStart(32, '0');

/** A FIM alert about one of the files. */
function fimAlert(number: number): string {
  return JSON.stringify({
    timestamp: '2026-08-20T11:21:10.002+0000',
    rule: { level: 5, description: 'File added.', id: '554', groups: ['ossec', 'syscheck'] },
    agent: { id: '001', name: 'web01', ip: '10.0.0.21' },
    manager: { name: 'm' },
    id: `1787224870.${number}`,
    syscheck: {
      path: `/tmp/file-${number}`,
      md5_after: hash(1 + (number % HASHES)),
      sha1_after: hash(number % HASHES).padStart(40, '0'),
      event: 'added',
    },
    location: 'syscheck',
  });
}

/** VirusTotal's API v3: every third file is malicious, every fifth unknown. */
function answer(path: string): { status: number; body: string } {
  const md5 = path.split('/').at(-1) ?? '';
  const number = Number.parseInt(md5, 16);
  if (number % 5 === 0) {
    const error = { code: 'NotFoundError', message: `File "${md5}" not found` };
    return { status: 404, body: JSON.stringify({ error }) };
  }
  const attributes = {
    md5,
    sha1: md5.padStart(40, 'a'),
    sha256: md5.padStart(64, 'b'),
    last_analysis_date: 1_700_000_000,
    last_analysis_stats: { malicious: number % 3 === 0 ? 7 : 0, undetected: 60, harmless: 0 },
    // Real answers are larger than what is read of a webhook's.
    last_analysis_results: { engine: { result: 'x'.repeat(100_000) } },
  };
  return { status: 200, body: JSON.stringify({ data: { id: md5, type: 'file', attributes } }) };
}

function startManager(): void {
  const path = join(home.path, 'queue', 'sockets', 'queue');
  rmSync(path, { force: true });
  endManager = receiveDatagrams(path, (datagram) => received.push(datagram.toString('utf8')));
}

beforeEach(async () => {
  received = [];
  virusTotal = await Sink.start(({ path }) => answer(path));
  home = createHome(
    `<integration><name>virustotal</name><api_key>KEY-OF-VIRUSTOTAL</api_key>
     <hook_url>${virusTotal.url}</hook_url><group>syscheck</group></integration>`,
  );
  mkdirSync(join(home.path, 'queue', 'sockets'));
  writeFileSync(
    join(home.path, 'etc', 'integratord.yaml'),
    'integrations:\n  virustotal:\n    quota: { per_minute: 6000, per_day: 100000 }\n',
  );
});
afterEach(async () => {
  await daemon?.kill();
  daemon = undefined;
  endManager?.();
  endManager = undefined;
  await virusTotal.close();
  home.remove();
});

const appendAll = () =>
  home.append(...Array.from({ length: ALERTS }, (_, number) => fimAlert(number)));
const events = () =>
  received.map((datagram) => JSON.parse(datagram.slice(datagram.indexOf('{'))) as Event);
interface Event {
  readonly virustotal: {
    readonly found: number;
    readonly malicious: number;
    readonly source: { readonly alert_id: string };
  };
}

describe('an enrichment, back to the manager', () => {
  it('asks about 50 files 50 times for 1,000 alerts, and tells of each alert once', async () => {
    startManager();
    daemon = await DaemonProcess.start(home.path);
    appendAll();
    await until(() => received.length >= ALERTS, 'every event arrived');
    expect(await daemon.stop()).toBe(0);
    expect(virusTotal.requests).toHaveLength(HASHES);
    expect(virusTotal.requests[0]?.headers['x-apikey']).toBe('KEY-OF-VIRUSTOTAL');
    const alertIds = events().map((event) => event.virustotal.source.alert_id);
    expect(alertIds).toHaveLength(ALERTS);
    expect(new Set(alertIds).size).toBe(ALERTS);
    expect(received[0]).toMatch(/^1:\[001\] \(web01\) 10\.0\.0\.21->virustotal:\{/);
    const found = events().filter((event) => event.virustotal.found === 1);
    expect(found).toHaveLength((ALERTS * 4) / 5);
    expect(found.some((event) => event.virustotal.malicious === 1)).toBe(true);
  }, 600_000);

  it('waits for a manager that is gone, over a kill, and asks nothing again', async () => {
    daemon = await DaemonProcess.start(home.path);
    appendAll();
    await until(() => virusTotal.requests.length >= HASHES, 'every file was asked about');
    await daemon.logged('service keeps failing; deliveries slow down');
    await daemon.kill();
    daemon = await DaemonProcess.start(home.path);
    startManager();
    await until(() => received.length >= ALERTS, 'every event arrived');
    const alertIds = events().map((event) => event.virustotal.source.alert_id);
    expect(new Set(alertIds).size).toBe(ALERTS);
    expect(alertIds).toHaveLength(ALERTS);
    // At the kill a few questions may have been asked whose answers were not stored yet.
    expect(virusTotal.requests.length).toBeLessThanOrEqual(HASHES + 2);
  }, 600_000);

  it('goes into a file where there is no manager, or nowhere', async () => {
    const file = join(home.path, 'events.jsonl');
    writeFileSync(file, '');
    daemon = await DaemonProcess.start(home.path, ['--reinject', `file:${file}`]);
    home.append(fimAlert(1), fimAlert(2));
    const lines = () => readFileSync(file, 'utf8').split('\n').slice(0, -1);
    await until(() => lines().length === 2, 'both events are in the file');
    expect(JSON.parse(lines()[0] as string)).toMatchObject({ integration: 'virustotal' });
    await daemon.stop();
    startManager();
    daemon = await DaemonProcess.start(home.path, ['--reinject', 'none']);
    home.append(fimAlert(3));
    await daemon.logged('delivered');
    await daemon.stop();
    expect(received).toEqual([]);
  }, 600_000);
});
