import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { CountingServer } from '../support/counting-server.ts';
import { alertLine, createHome, type Home } from '../support/home.ts';
import { nextVersion } from '../support/other-version.ts';
import { COMMAND, DaemonProcess, integratord, until } from '../support/program.ts';
import { tempDir } from '../support/temp-dir.ts';

const ALERTS = 10_000;
/** Attempts that may be under way at a kill. */
const IN_FLIGHT = 8;
const RESTORED = 'outbox from before the upgrade is restored; alerts since then may be sent again';

let home: Home;
let server: CountingServer;
let isUp: boolean;
beforeEach(async () => {
  isUp = false;
  server = await CountingServer.start(() =>
    isUp ? [200, '{"success": true}'] : [503, 'down for maintenance'],
  );
  home = createHome(
    `<integration><name>shuffle</name><hook_url>${server.url}/hook</hook_url></integration>`,
  );
  onTestFinished(async () => {
    await server.close();
    home.remove();
  });
});

/** What arrived while the service worked. */
const delivered = () => server.requests.map(({ number }) => number);
const numbers = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i);

function append(from: number, count: number): void {
  home.append(...numbers(from, count).map((number) => alertLine(number)));
}

async function start(program = COMMAND): Promise<DaemonProcess> {
  const daemon = await DaemonProcess.start(home.path, [], {}, [], program);
  onTestFinished(() => daemon.kill());
  return daemon;
}

async function pending(program = COMMAND): Promise<number> {
  const { stdout } = await integratord(['queue', 'stats', '--json', '--home', home.path], {
    program,
  });
  const { shuffle } = JSON.parse(stdout) as { shuffle?: { pending: number; leased: number } };
  return shuffle === undefined ? -1 : shuffle.pending + shuffle.leased;
}

/** Has so many alerts wait in the outbox of this version, which has ended. */
async function waiting(count: number): Promise<void> {
  const daemon = await start();
  append(0, count);
  await until(async () => (await pending()) === count, 'all of them wait');
  await daemon.stop();
  isUp = true;
  server.requests.length = 0;
}

/** How many of these numbers are missing, and how often others came than once. */
function tally(arrived: readonly number[], expected: readonly number[]) {
  const seen = new Set(arrived);
  return {
    lost: expected.filter((number) => !seen.has(number)).length,
    twice: arrived.length - seen.size,
  };
}

it('an upgrade with 10,000 alerts waiting loses none and repeats none, and going back loses none', async () => {
  const next = nextVersion(tempDir());
  await waiting(ALERTS);

  // Up, while more is written; killed midway.
  append(ALERTS, 500);
  const upgraded = await start(next);
  await upgraded.logged('outbox is upgraded; a copy from before is kept');
  await until(() => server.requests.length >= 3000, 'some have arrived');
  await upgraded.kill();
  const again = await start(next);
  await until(async () => (await pending(next)) === 0, 'nothing waits');
  append(ALERTS + 500, 100);
  await until(() => new Set(delivered()).size === ALERTS + 600, 'the newest came');
  await again.stop();
  const all = numbers(0, ALERTS + 600);
  const up = tally(delivered(), all);
  expect(up.lost).toBe(0);
  expect(up.twice).toBeLessThanOrEqual(IN_FLIGHT);

  // Commands of the older version leave it to its daemon, and say so.
  const early = await integratord(['queue', 'stats', '--home', home.path]);
  expect(early.code).toBe(1);
  expect(early.stderr).toMatch(/written by a newer integratord.*start the daemon of this one/);

  // Back: the older one finds the copy by itself.
  server.requests.length = 0;
  append(ALERTS + 600, 100);
  const back = await start();
  await back.logged(RESTORED);
  const told = back.log.find(({ msg }) => msg === RESTORED);
  // All that was delivered since can come twice; of it, those that came after the copy are read again.
  expect(told).toMatchObject({ level: 'warn', repeats: ALERTS + 600, alerts: 700 });
  await until(() => new Set(delivered()).size === ALERTS + 700, 'all came again');
  await until(async () => (await pending()) === 0, 'nothing waits');
  await back.stop();
  expect(tally(delivered(), numbers(0, ALERTS + 700))).toEqual({ lost: 0, twice: 0 });
  const { stdout } = await integratord(['audit', '--json', '--home', home.path]);
  expect(JSON.parse(stdout)).toMatchObject({ what: 'restore', count: ALERTS + 600 });
  expect(statSync(join(home.state, 'outbox.newer.db')).mode & 0o777).toBe(0o600);
  expect(existsSync(join(home.state, 'outbox.before-upgrade.db'))).toBe(false);
});

it('going back by a command of the newer version is asked about, said, and loses nothing', async () => {
  const next = nextVersion(tempDir());
  await waiting(50);
  const upgraded = await start(next);
  await until(async () => (await pending(next)) === 0, 'all were delivered');
  const restore = (...args: string[]) =>
    integratord(['restore-outbox', '--home', home.path, ...args], { program: next });
  expect(await restore('--yes')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('is in use by integratord') as string,
  });
  await upgraded.stop();
  append(50, 7);

  const dry = await restore('--dry-run', '--json');
  expect(JSON.parse(dry.stdout)).toMatchObject({ ok: true, dry_run: true, repeats: 50, alerts: 7 });
  const asked = await restore();
  expect([asked.code, asked.stderr]).toEqual([2, expect.stringContaining('nothing was changed')]);
  expect(asked.stderr).toContain('50 were delivered since, and may arrive twice');
  const done = await restore('--yes', '--json');
  expect([done.code, JSON.parse(done.stdout)]).toEqual([
    0,
    expect.objectContaining({ repeats: 50, alerts: 7, losses: [] }),
  ]);
  expect((await restore('--yes')).stderr).toContain('there is nothing to go back to');

  server.requests.length = 0;
  const back = await start();
  await until(() => new Set(delivered()).size === 57, 'all came');
  await back.stop();
  expect(back.log.map(({ msg }) => msg)).not.toContain(RESTORED);
  expect(tally(delivered(), numbers(0, 57))).toEqual({ lost: 0, twice: 0 });
});

it('going back is refused where alerts that must be read again are gone', async () => {
  const next = nextVersion(tempDir());
  await waiting(5);
  append(5, 5);
  const upgraded = await start(next);
  await until(async () => (await pending(next)) === 0 && server.requests.length === 10, 'all came');
  await upgraded.stop();
  // Another file, without an archive of the one before.
  rmSync(home.alerts);
  append(10, 1);

  const older = DaemonProcess.launch(home.path);
  expect(await older.exited).toBe(1);
  expect(older.output).toMatch(/something would be lost: .*restore-outbox --lossy/);
  const restore = (...args: string[]) =>
    integratord(['restore-outbox', '--home', home.path, '--yes', ...args], { program: next });
  const refused = await restore();
  expect([refused.code, refused.stderr]).toEqual([3, expect.stringContaining('- LOST: ')]);
  // The newer one still has all of it.
  expect(await pending(next)).toBe(0);
  expect((await restore('--lossy')).code).toBe(0);
  server.requests.length = 0;
  const back = await start();
  await until(() => new Set(delivered()).size === 6, 'what is there came');
  await back.stop();
});

it.each(['while the outbox is copied', 'while it is changed'])(
  'a kill %s leaves the older version a whole outbox',
  async (when) => {
    const hangsInCopy = when.includes('copied');
    // A step that takes for ever.
    const step =
      'CREATE TABLE long AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n';
    const next = nextVersion(tempDir(), hangsInCopy ? { hangsInCopy } : { step });
    await waiting(200);
    const upgrading = DaemonProcess.launch(home.path, [], {}, [], next);
    onTestFinished(() => upgrading.kill());
    const copies = () => readdirSync(home.state).filter((name) => name.includes('before-upgrade'));
    if (hangsInCopy) await upgrading.logged('hangs');
    else await until(() => copies().includes('outbox.before-upgrade.db'), 'the copy is there');
    await upgrading.kill();
    expect(server.requests).toEqual([]);

    const older = await start();
    await until(() => new Set(delivered()).size === 200, 'all came');
    await older.stop();
    expect(older.log.map(({ msg }) => msg)).not.toContain(RESTORED);
    expect(tally(delivered(), numbers(0, 200))).toEqual({ lost: 0, twice: 0 });
  },
);
