import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Child } from '../support/child.ts';
import { alertLine, createHome, type Home } from '../support/home.ts';
import { isRunning } from '../support/manager-home.ts';
import { DaemonProcess, integratord, until } from '../support/program.ts';
import { answer, type Behaviour, never, ScriptedServer } from '../support/scripted-server.ts';

let cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.reverse()) await step();
  cleanUp = [];
});

async function serve(...script: Behaviour[]): Promise<ScriptedServer> {
  const server = await ScriptedServer.start(script);
  cleanUp.push(() => server.close());
  return server;
}

function homeWith(block: string): Home {
  const home = createHome(block);
  cleanUp.push(() => home.remove());
  return home;
}

const shuffle = (server: ScriptedServer, timeout = 15) =>
  `<integration><name>shuffle</name><hook_url>http://127.0.0.1:${server.port}/x</hook_url>` +
  `<timeout>${timeout}</timeout></integration>`;

async function start(home: Home): Promise<DaemonProcess> {
  const daemon = await DaemonProcess.start(home.path);
  cleanUp.push(() => daemon.kill());
  return daemon;
}

/** SIGTERM; how it ended, and after how many seconds. */
async function stop(daemon: DaemonProcess) {
  const began = performance.now();
  const code = await daemon.stop();
  return { code, seconds: (performance.now() - began) / 1000 };
}

async function stats(home: Home): Promise<Record<string, unknown>> {
  const { stdout } = await integratord(['queue', 'stats', '--home', home.path, '--json']);
  return JSON.parse(stdout) as Record<string, unknown>;
}

describe('SIGTERM', () => {
  it('waits for a request that takes nine seconds, and does not repeat it', async () => {
    const server = await serve((socket, request) => {
      setTimeout(() => answer(200, '{"success":true}')(socket, request), 9000);
    });
    const home = homeWith(shuffle(server));
    const daemon = await start(home);
    home.append(alertLine(1));
    await until(() => server.requests.length === 1, 'the request has arrived');
    const arrived = performance.now();
    // Its start is over: how busy it was then is not counted as a late signal.
    await until(() => performance.now() - arrived > 1000, 'a second of the nine is over');
    const { code } = await stop(daemon);
    expect(code).toBe(0);
    expect(daemon.log.find(({ msg }) => msg === 'stopping')).toMatchObject({ in_flight: 1 });
    expect(daemon.log.at(-1)).toMatchObject({ msg: 'stopped' });
    expect(await stats(home)).toMatchObject({ shuffle: { delivered: 1 } });
    expect(server.requests).toHaveLength(1);
  });

  it('ends within ten seconds while a request hangs, says what may arrive twice, and repeats it', async () => {
    const server = await serve(never, answer(200, '{"success":true}'));
    const home = homeWith(shuffle(server, 60));
    const daemon = await start(home);
    home.append(alertLine(1));
    await until(() => server.requests.length === 1, 'the request has arrived');
    const { code, seconds } = await stop(daemon);
    expect(code).toBe(0);
    expect(seconds).toBeLessThan(11);
    const [cut] = daemon.log.filter(({ msg }) => msg.includes('may arrive twice'));
    expect(cut).toMatchObject({ integration: 'shuffle', count: 1 });
    expect(daemon.log.at(-1)).toMatchObject({ msg: 'stopped' });
    await start(home);
    await until(() => server.requests.length === 2, 'the request is repeated');
  });

  it('ends within ten seconds while a script does not heed it, and the script ends as well', async () => {
    const home = homeWith('<integration><name>custom-deaf</name></integration>');
    home.addScript(
      'custom-deaf',
      "#!/bin/sh\ntrap '' TERM\necho $$ > pid\nwhile :; do sleep 0.1; done\n",
    );
    const daemon = await start(home);
    home.append(alertLine(1));
    let pid = 0;
    await until(() => {
      pid = Number(readIfThere(join(home.path, 'pid')));
      return pid > 0;
    }, 'the script runs');
    const { code, seconds } = await stop(daemon);
    expect(code).toBe(0);
    expect(seconds).toBeLessThan(11);
    expect(daemon.log.some(({ msg }) => msg.includes('may arrive twice'))).toBe(true);
    await until(() => !isRunning(pid), 'the script has ended');
  });

  it('ends within ten seconds while another process holds the database', async () => {
    const server = await serve(answer(200, '{"success":true}'));
    const home = homeWith(shuffle(server));
    const daemon = await start(home);
    const other = new Child(`
      import { DatabaseSync } from '@photostructure/sqlite';
      const database = new DatabaseSync(${JSON.stringify(join(home.state, 'outbox.db'))});
      database.exec('BEGIN IMMEDIATE');
      globalThis.kept = database; // collected as garbage it would let go
      console.log('held');
      setInterval(() => {}, 1000);
    `);
    expect(await other.line()).toBe('held');
    home.append(alertLine(1));
    await daemon.logged('outbox cannot be used');
    const { seconds } = await stop(daemon);
    expect(seconds).toBeLessThan(11);
    await other.kill();
    await start(home);
    await until(() => server.requests.length > 0, 'the alert is delivered');
  });

  it('ends it at once when it comes twice', async () => {
    const server = await serve(never);
    const home = homeWith(shuffle(server, 60));
    const daemon = await start(home);
    home.append(alertLine(1));
    await until(() => server.requests.length === 1, 'the request has arrived');
    daemon.signal('SIGTERM');
    await daemon.logged('stopping');
    const { seconds } = await stop(daemon);
    expect(seconds).toBeLessThan(5);
  });
});

describe('SIGHUP', () => {
  it('has the new lane go on with what failed in the old one, without another alert', async () => {
    let fail = () => {};
    const server = await serve(
      (socket, request) => {
        fail = () => answer(503)(socket, request);
      },
      answer(200, '{"success":true}'),
    );
    const home = homeWith(shuffle(server, 60));
    const daemon = await start(home);
    home.append(alertLine(1));
    await until(() => server.requests.length === 1, 'the request has arrived');
    home.configure(shuffle(server, 50));
    daemon.signal('SIGHUP');
    await daemon.logged('configuration reloaded');
    fail();
    await until(() => server.requests.length === 2, 'the request is repeated');
    expect((await stop(daemon)).code).toBe(0);
    expect(await stats(home)).toMatchObject({ shuffle: { delivered: 1 } });
  });
});

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
