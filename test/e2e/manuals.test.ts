import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createHome, type Home } from '../support/home.ts';
import { DaemonProcess, integratord, until } from '../support/program.ts';
import { Sink } from '../support/sink.ts';
import { fixture } from '../support/vectors.ts';

/*
 * The example configurations of the manuals of Wazuh 1.1, of its rebrand Armor and of Wazuh 4, each
 * with alerts of its own system. Only the addresses are those of stand-ins.
 */

let home: Home;
let sink: Sink;
let daemon: DaemonProcess | undefined;

afterEach(async () => {
  await daemon?.kill();
  daemon = undefined;
  await sink.close();
  home.remove();
});

interface Event {
  readonly dedup_key: string;
  readonly payload: {
    readonly severity: string;
    readonly custom_details: { rule?: { id: string } };
  };
}

const answer = ({ path }: { path: string }) =>
  path.includes('/v2/enqueue')
    ? { status: 202, body: '{"status":"success"}' }
    : { status: 200, body: path.includes('/hooks/') ? '{"success": true}' : 'ok' };

/** Starts the daemon on an alert file, adds alerts to it, and waits for so many messages. */
async function run(blocks: (url: string) => string, file: string, alerts: Buffer, count: number) {
  sink = await Sink.start(answer);
  home = createHome(blocks(sink.url));
  const path = join(home.path, 'logs', 'alerts', file);
  appendFileSync(path, '');
  daemon = await DaemonProcess.start(home.path, ['--alerts', path]);
  appendFileSync(path, alerts);
  await until(() => sink.requests.length >= count, `${count} messages arrived`);
  expect(await daemon.stop()).toBe(0);
  expect(sink.requests).toHaveLength(count);
  return sink.requests.map(({ path, body }) => ({ path, body: JSON.parse(body) as unknown }));
}

const to = (messages: readonly { path: string; body: unknown }[], path: string) =>
  messages.filter((message) => message.path === path).map(({ body }) => body);

const OLD = (url: string) => `
    <integration>
      <name>slack</name>
      <hook_url>${url}/services/...</hook_url>
    </integration>
    <integration>
      <name>pagerduty</name>
      <api_key>MYKEY</api_key>
      <hook_url>${url}</hook_url>
    </integration>
    <integration>
      <name>slack</name>
      <hook_url>${url}/web01</hook_url>
      <rule_id>550,5710</rule_id>
      <event_location>^(web01)</event_location>
    </integration>`;

const ARMOR = (url: string) => `
    <integration>
      <name>slack</name>
      <hook_url>${url}/services/T000/B000/XXXXX</hook_url>
      <level>10</level>
      <group>multiple_drops,|authentication_failures,</group>
    </integration>
    <integration>
      <name>pagerdty</name>
      <api_key>MYKEY</api_key>
      <hook_url>${url}</hook_url>
      <event_location>10.0.0.21</event_location>
    </integration>`;

describe('the examples of the manual of Wazuh 1.1', () => {
  it('deliver the alerts of a text alerts.log', async () => {
    const alerts = fixture('samples/ossec_alerts.log');
    const messages = await run(OLD, 'alerts.log', alerts, 11);
    expect(to(messages, '/services/...')).toHaveLength(5);
    expect(JSON.stringify(to(messages, '/services/...')[1])).toContain('5712');
    const events = to(messages, '/v2/enqueue') as Event[];
    expect(new Set(events.map((event) => event.dedup_key)).size).toBe(5);
    expect(events.map((event) => event.payload.severity)).toContain('error');
    // Of the three alerts of web01, the one with a rule that the filter names.
    expect(JSON.stringify(to(messages, '/web01'))).toContain('Integrity checksum changed');
    expect(to(messages, '/web01')).toHaveLength(1);
  });
});

describe('the example of the manual of Armor', () => {
  it.each(['alerts.log', 'alerts.json'])('delivers the alerts of %s', async (file) => {
    const alerts = fixture(`samples/ossec_${file}`);
    const isText = file === 'alerts.log';
    const messages = await run(ARMOR, file, alerts, isText ? 4 : 3);
    const slack = to(messages, '/services/T000/B000/XXXXX');
    expect(slack).toHaveLength(1);
    expect(JSON.stringify(slack)).toContain('SSHD brute force');
    expect(to(messages, '/v2/enqueue')).toHaveLength(isText ? 3 : 2);
  });
});

describe('the examples of the manual of Wazuh 4', () => {
  const current = (url: string) => `
  <!-- Integration with Slack -->
  <integration>
    <name>slack</name>
    <hook_url>${url}/services/...</hook_url> <!-- Replace with your Slack hook URL -->
    <level>10</level>
    <group>multiple_drops,authentication_failures</group>
    <alert_format>json</alert_format>
  </integration>
  <integration>
    <name>pagerduty</name>
    <api_key>API_KEY</api_key>
    <hook_url>${url}</hook_url>
  </integration>
  <integration>
    <name>shuffle</name>
    <hook_url>${url}/api/v1/hooks/HOOK_ID</hook_url>
    <level>3</level>
    <alert_format>json</alert_format>
  </integration>`;

  it('deliver the alerts of alerts.json', async () => {
    const names = ['w4_01_syscheck_modified_whodata', 'w4_04_sshd_bruteforce_previous_output'];
    const lines = names.map((name) => fixture(`samples/${name}.json`).toString('utf8').trim());
    const messages = await run(current, 'alerts.json', Buffer.from(`${lines.join('\n')}\n`), 5);
    expect(to(messages, '/services/...')).toHaveLength(1);
    expect(to(messages, '/v2/enqueue')).toHaveLength(2);
    expect(to(messages, '/api/v1/hooks/HOOK_ID')).toHaveLength(2);
  });

  it('look up files at VirusTotal and Maltiverse, and run a script', async () => {
    const attributes = { last_analysis_stats: { malicious: 66, undetected: 4 }, sha256: 'b' };
    const indicator = {
      type: 'sample',
      classification: 'malicious',
      blacklist: [{ source: 'AV' }],
    };
    sink = await Sink.start(({ path }) => {
      const data = { id: 'b', type: 'file', attributes };
      const found = path.startsWith('/api/v3/files/') ? { data } : indicator;
      return { status: 200, body: JSON.stringify(found) };
    });
    home = createHome(`
  <integration><name>virustotal</name><api_key>API_KEY</api_key><hook_url>${sink.url}</hook_url>
    <group>syscheck</group><alert_format>json</alert_format><timeout>30</timeout>
    <retries>5</retries></integration>
  <integration><name>maltiverse</name><hook_url>${sink.url}</hook_url>
    <api_key>API_KEY</api_key><alert_format>json</alert_format></integration>
  <integration><name>custom-integration</name><level>10</level>
    <group>multiple_drops,authentication_failures</group><api_key>API_KEY</api_key>
    <alert_format>json</alert_format><options>{"data": "Custom data"}</options></integration>`);
    const [events, calls] = [join(home.path, 'events.jsonl'), join(home.path, 'calls.jsonl')];
    for (const file of [events, calls]) writeFileSync(file, '');
    home.addScript('custom-integration', `#!/bin/sh\ncat "$1" >> '${calls}'\n`);
    daemon = await DaemonProcess.start(home.path, ['--reinject', `file:${events}`]);
    for (const name of ['w4_02_syscheck_added', 'w4_04_sshd_bruteforce_previous_output']) {
      home.append(fixture(`samples/${name}.json`).toString('utf8').trim());
    }
    const lines = (file: string) => readFileSync(file, 'utf8').split('\n').slice(0, -1);
    await until(() => lines(events).length >= 3 && lines(calls).length >= 1, 'all was delivered');
    expect(await daemon.stop()).toBe(0);
    const integrations = lines(events).map(
      (line) => (JSON.parse(line) as { integration: string }).integration,
    );
    expect(integrations.sort()).toEqual(['maltiverse', 'maltiverse', 'virustotal']);
    expect(lines(calls).map((line): unknown => JSON.parse(line))).toMatchObject([
      { rule: { id: '5712' } },
    ]);
  });

  it('give a script the alert of any source as JSON of Wazuh 4', async () => {
    sink = await Sink.start(answer);
    home = createHome(
      '<integration><name>custom-x</name><alert_format>json</alert_format><rule_id>5712</rule_id></integration>',
    );
    const { stdout } = await integratord(
      ['preview', '--integration', 'custom-x', '--home', home.path, '--json'],
      { input: fixture('samples/ossec_alerts.log') },
    );
    const rows = stdout
      .trim()
      .split('\n')
      .map((row) => JSON.parse(row) as { line: number; script: { alertFile: string } });
    expect(rows.map(({ line }) => line)).toEqual([0, 7, 16, 26, 32]);
    expect(JSON.parse(rows[1]?.script.alertFile ?? '')).toMatchObject({
      rule: { id: '5712', level: 10, groups: ['syslog', 'sshd', 'authentication_failures'] },
      agent: { name: 'web01', ip: '10.0.0.21' },
      location: '/var/log/auth.log',
    });
  });
});
