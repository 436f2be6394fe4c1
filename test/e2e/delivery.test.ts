import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { alertLine, createHome, type Home } from '../support/home.ts';
import { DaemonProcess, integratord, until } from '../support/program.ts';
import { Sink } from '../support/sink.ts';

const ALERTS = 10_000;
const numbers = (count: number) => Array.from({ length: count }, (_, number) => number);
const block = (name: string, url: string, more = '') =>
  `<integration><name>${name}</name><hook_url>${url}</hook_url>` +
  `<alert_format>json</alert_format>${more}</integration>`;

let home: Home;
let sinks: Sink[] = [];
let daemon: DaemonProcess | undefined;

async function sink(...args: Parameters<typeof Sink.start>): Promise<Sink> {
  const started = await Sink.start(...args);
  sinks.push(started);
  return started;
}

afterEach(async () => {
  await daemon?.kill();
  daemon = undefined;
  for (const open of sinks) await open.close();
  sinks = [];
  home.remove();
});

describe('delivery by the real daemon', () => {
  it('delivers 10,000 alerts appended in one go exactly once, in order, over a restart', async () => {
    const slack = await sink();
    home = createHome(block('slack', `${slack.url}/services/T/B/X`));
    daemon = await DaemonProcess.start(home.path);
    home.append(...numbers(ALERTS).map((number) => alertLine(number)));

    await until(() => slack.requests.length >= ALERTS / 2, 'half of the alerts arrived');
    expect(await daemon.stop()).toBe(0);
    expect(slack.requests.length).toBeLessThan(ALERTS);
    daemon = await DaemonProcess.start(home.path);
    await until(() => slack.requests.length >= ALERTS, 'all alerts arrived');
    expect(await daemon.stop()).toBe(0);

    expect(slack.numbers).toEqual(numbers(ALERTS));
  }, 600_000);

  it('delivers 10,000 alerts over several connections exactly once', async () => {
    const shuffle = await sink(() => ({ status: 200, body: '{"success": true}' }));
    home = createHome(block('shuffle', `${shuffle.url}/api/v1/hooks/webhook_x`));
    daemon = await DaemonProcess.start(home.path);
    home.append(...numbers(ALERTS).map((number) => alertLine(number)));

    await until(() => shuffle.requests.length >= ALERTS, 'all alerts arrived');
    expect(await daemon.stop()).toBe(0);

    expect(shuffle.numbers.sort((a, b) => a - b)).toEqual(numbers(ALERTS));
    const stats = await integratord(['queue', 'stats', '--home', home.path, '--json']);
    expect(JSON.parse(stats.stdout)).toEqual({
      shuffle: {
        pending: 0,
        leased: 0,
        parked: 0,
        delivered: ALERTS,
        dead: 0,
        held: 0,
        covered: 0,
        silenced: 0,
      },
    });
  }, 600_000);

  it('delivers to one service while another never answers', async () => {
    const dead = await sink(() => 'never');
    const alive = await sink();
    home = createHome(
      block('shuffle', `${dead.url}/api/v1/hooks/webhook_x`, '<timeout>3600</timeout>') +
        block('slack', `${alive.url}/s`),
    );
    daemon = await DaemonProcess.start(home.path);
    home.append(...numbers(200).map((number) => alertLine(number)));
    // While the attempts at the dead one go on.
    await until(() => alive.requests.length >= 200, 'the other service got all');
    expect(dead.requests.length).toBeGreaterThan(0);
    expect(daemon.log.filter((line) => line.msg === 'attempt failed')).toEqual([]);
  });

  it('does not lose an alert when it is killed in the middle', async () => {
    const slack = await sink();
    home = createHome(block('slack', `${slack.url}/s`));
    daemon = await DaemonProcess.start(home.path);
    home.append(...numbers(2000).map((number) => alertLine(number)));
    await until(() => slack.requests.length >= 500, 'some arrived');
    await daemon.kill();
    home.append(...numbers(500).map((number) => alertLine(2000 + number)));
    daemon = await DaemonProcess.start(home.path);
    await until(() => new Set(slack.numbers).size >= 2500, 'all arrived');
    expect(new Set(slack.numbers)).toEqual(new Set(numbers(2500)));
    // Only what was in flight at the kill may come twice: one, since the order is kept.
    expect(slack.requests.length).toBeLessThanOrEqual(2501);
  });

  it('delivers what is parked as soon as an operator says so', async () => {
    const slack = await sink(() => ({ status: 403, body: 'invalid_token' }));
    home = createHome(block('slack', `${slack.url}/services/T/B/X`));
    daemon = await DaemonProcess.start(home.path);
    home.append(alertLine(1), alertLine(2));
    await daemon.logged('integration is parked; its alerts wait until it is fixed');
    slack.answer = () => ({ status: 200, body: 'ok' });
    await integratord(['queue', 'retry', '--all', '--home', home.path]);
    // It would try again by itself, in a quarter of an hour.
    await until(() => slack.requests.length === 3, 'both alerts arrived');
    expect(slack.numbers).toEqual([1, 1, 2]);
  });

  it('begins at the end of the file, or with --from-start at its beginning', async () => {
    const slack = await sink();
    home = createHome(block('slack', `${slack.url}/s`));
    home.append(alertLine(1));
    daemon = await DaemonProcess.start(home.path);
    home.append(alertLine(2));
    await until(() => slack.requests.length >= 1, 'the new alert arrived');
    await daemon.stop();
    expect(slack.numbers).toEqual([2]);

    const other = createHome(block('slack', `${slack.url}/s`));
    other.append(alertLine(3));
    daemon = await DaemonProcess.start(other.path, ['--from-start']);
    await until(() => slack.requests.length >= 2, 'the old alert arrived');
    await daemon.stop();
    expect(slack.numbers).toEqual([2, 3]);
    other.remove();
  });

  it('follows a changed configuration on SIGHUP, and keeps the old one when the new is broken', async () => {
    const first = await sink();
    const second = await sink();
    home = createHome(block('slack', `${first.url}/s`));
    daemon = await DaemonProcess.start(home.path);
    home.configure('<integration><name>slack</integration>');
    daemon.signal('SIGHUP');
    await daemon.logged('configuration is invalid; the previous one stays active');
    home.append(alertLine(1));
    await until(() => first.requests.length === 1, 'the old configuration still works');
    home.configure(block('slack', `${second.url}/s`));
    daemon.signal('SIGHUP');
    await daemon.logged('configuration reloaded');
    home.append(alertLine(2));
    await until(() => second.requests.length === 1, 'the new configuration works');
    expect(first.numbers).toEqual([1]);
    expect(second.numbers).toEqual([2]);
  });

  it('delivers for integrations that only integratord.yaml defines', async () => {
    const room = await sink();
    home = createHome('');
    writeFileSync(join(home.path, 'etc', 'hook'), `${room.url}/secret-token-0123456789`);
    writeFileSync(
      join(home.path, 'etc', 'integratord.yaml'),
      `integrations:
  soc-room:
    type: slack
    hook_url: "\${file:${home.path}/etc/hook}"
    level: 7
    group: [test]
    options: { pretext: Production }\n`,
    );
    daemon = await DaemonProcess.start(home.path);
    home.append(alertLine(1, { level: 6 }), alertLine(2), alertLine(3, { groups: ['other'] }));
    home.append(alertLine(4));
    await until(() => room.requests.length >= 2, 'both alerts arrived');
    expect(room.numbers).toEqual([2, 4]);
    expect(room.requests[0]?.body).toContain('"pretext":"Production"');
    await until(async () => {
      const { stdout } = await integratord(['queue', 'stats', '--home', home.path, '--json']);
      return stdout.includes('"soc-room":{"pending":0,"leased":0,"parked":0,"delivered":2');
    }, 'the queue knows them by their id');
    const check = await integratord(['check', '--home', home.path, '--json']);
    expect(JSON.parse(check.stdout)).toMatchObject({
      ok: true,
      integrations: [{ id: 'soc-room', name: 'slack', enabled: true, level: 7, group: 'test' }],
    });
    expect(check.stdout + JSON.stringify(daemon.log)).not.toContain('secret-token');
  });
});
