import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { alertLine, createHome, type Home } from '../support/home.ts';
import { DaemonProcess, integratord, until } from '../support/program.ts';

let home: Home | undefined;
let daemon: DaemonProcess | undefined;
afterEach(async () => {
  await daemon?.kill();
  daemon = undefined;
  home?.remove();
});

const linesOf = (path: string) =>
  existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];

async function entries(at: Home): Promise<Record<string, unknown>[]> {
  const { stdout } = await integratord(['queue', 'list', '--json', '--home', at.path]);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

it('a script that ends with 1 is run once for each alert, and told of together', async () => {
  home = createHome('<integration><name>custom-x</name></integration>');
  const { path } = home;
  home.addScript('custom-x', '#!/bin/sh\necho run >> runs\necho "nothing found"\nexit 1\n');
  daemon = await DaemonProcess.start(path);
  home.append(...Array.from({ length: 12 }, (_, i) => alertLine(i)));
  await until(async () => {
    const all = await entries(home as Home);
    return all.length === 12 && all.every(({ state }) => state === 'dead');
  }, 'all are dead letters');
  expect(await daemon.stop()).toBe(0);
  expect(linesOf(join(path, 'runs'))).toHaveLength(12);
  const all = await entries(home);
  expect(all.map(({ reason, attempts }) => [reason, attempts])).toEqual(
    Array.from({ length: 12 }, () => ['rejected', 1]),
  );
  const warnings = daemon.log.filter(({ level }) => level === 'warn' || level === 'error');
  expect(warnings.length).toBeLessThan(4);
  expect(warnings[0]).toMatchObject({ integration: 'custom-x', output: 'nothing found' });
  expect(warnings.reduce((sum, line) => sum + Number(line['count']), 0)).toBe(12);
});

it('a script that ends with 75 is run again until its service is up', async () => {
  home = createHome('<integration><name>custom-x</name></integration>');
  const { path } = home;
  home.addScript('custom-x', '#!/bin/sh\necho run >> runs\n[ -e up ] || exit 75\n');
  daemon = await DaemonProcess.start(path);
  home.append(alertLine(1));
  await until(() => linesOf(join(path, 'runs')).length === 2, 'it was run again');
  expect(await entries(home)).toMatchObject([{ reason: 'server_error' }]);
  writeFileSync(join(path, 'up'), '');
  await until(
    async () => (await entries(home as Home))[0]?.['state'] === 'delivered',
    'it is delivered',
  );
});

it('a script that is stopped together with integratord is run again, and is no dead letter', async () => {
  home = createHome('<integration><name>custom-x</name></integration>');
  const { path } = home;
  home.addScript(
    'custom-x',
    '#!/bin/sh\necho $$ >> runs\nwhile [ ! -e go ]; do sleep 0.05; done\n',
  );
  daemon = await DaemonProcess.start(path);
  home.append(alertLine(1));
  await until(() => linesOf(join(path, 'runs')).length === 1, 'it runs');
  // The service manager sends it to all processes at once; the script may be the first to end.
  process.kill(Number(linesOf(join(path, 'runs'))[0]), 'SIGTERM');
  await until(async () => (await entries(home as Home))[0]?.['attempts'] === 1, 'it was noticed');
  expect(await daemon.stop()).toBe(0);
  expect(await entries(home)).toMatchObject([{ state: 'pending', reason: 'internal' }]);
  writeFileSync(join(path, 'go'), '');
  daemon = await DaemonProcess.start(path);
  await until(
    async () => (await entries(home as Home))[0]?.['state'] === 'delivered',
    'it is delivered',
  );
});
