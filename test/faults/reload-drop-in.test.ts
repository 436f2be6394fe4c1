import { afterEach, expect, it } from 'vitest';
import { alertLine } from '../support/home.ts';
import { IS_ROOT, ManagerHome, whyNotInstallable } from '../support/manager-home.ts';
import { integratord, until } from '../support/program.ts';
import { isMissing } from '../support/requirement.ts';
import { Sink } from '../support/sink.ts';

const REFUSED = 'configuration is invalid; the previous one stays active';
const RELOADED = 'configuration reloaded';

const notHere = isMissing('the drop-in must be built where only its owner may change it', () => {
  const obstacle = whyNotInstallable();
  if (obstacle !== undefined) throw new Error(obstacle);
});

let home: ManagerHome;
let sink: Sink;
afterEach(async () => {
  await sink.close();
  home.remove();
});

const block = (content: string) => `<integration><name>slack</name>${content}</integration>`;
const address = () => `<hook_url>${sink.url}/s</hook_url>`;
const good = () => block(`${address()}<level>3</level>`);

async function start(blocks: string): Promise<void> {
  home = new ManagerHome(blocks, IS_ROOT ? 'root' : 'unprivileged');
  await home.install();
  await home.integrator();
  await home.logged(': ready: ');
}

/** SIGHUP, until the log has one more line with this text. */
async function reload(text: string): Promise<void> {
  const count = () => home.log().split(text).length;
  const before = count();
  process.kill(home.pid(), 'SIGHUP');
  await until(() => count() > before, `the log says ${text}:\n${home.log()}`, 60_000);
}

async function arrived(...numbers: number[]): Promise<void> {
  const wanted = numbers.join();
  await until(() => sink.numbers.join() === wanted, `${wanted} arrived`, 60_000);
}

it.skipIf(notHere).each<[string, () => void, RegExp]>([
  ['a misspelt tag', () => home.configure(good().replaceAll('level', 'levle')), /unknown option/],
  [
    'a removed address',
    () => home.configure(block('<level>3</level>')),
    /slack works now and could not any more: slack needs <hook_url>/,
  ],
  [
    'a secret that is not there',
    () => home.configure(block('<hook_url>${file:/nowhere/hook}</hook_url>')),
    /the secret file \/nowhere\/hook does not exist/,
  ],
  ['an empty file', () => home.write('etc/ossec.conf', ''), /ossec\.conf:1:1: error: this file/],
  [
    'broken YAML',
    () => home.write('etc/integratord.yaml', 'integrations: [broken'),
    /this is not valid YAML/,
  ],
])('in the place of the original, %s changes nothing on a reload', async (_, make, says) => {
  sink = await Sink.start();
  home = new ManagerHome(good(), IS_ROOT ? 'root' : 'unprivileged');
  home.write('etc/integratord.yaml', '# nothing yet\n');
  await home.install();
  await home.integrator();
  await home.logged(': ready: ');
  make();
  await reload(REFUSED);
  expect(home.log()).toMatch(says);
  // What the manager's API is told is what is in force.
  expect(await home.ask('getconfig integration')).toMatch(/"name":"slack".*"level":3/);
  home.append(alertLine(1), alertLine(2));
  await arrived(1, 2);
  home.write('etc/integratord.yaml', '# nothing yet\n');
  home.configure(good());
  await reload(RELOADED);
  home.append(alertLine(3));
  await arrived(1, 2, 3);
  await home.stop();
});

it.skipIf(notHere).each([
  ['no address', () => block(''), 'Missing hook URL.'],
  ['a bad address', () => block('<hook_url>x</hook_url>'), '<hook_url> must be an address'],
  [
    'a missing secret',
    () => block('<hook_url>${file:/nowhere/hook}</hook_url>'),
    'A secret that <hook_url> refers to is missing.',
  ],
])('in the place of the original, a block with %s has its alerts wait', async (_, bad, why) => {
  sink = await Sink.start();
  await start(bad());
  await home.logged(`ERROR: Unable to enable integration for: 'slack'. ${why}`);
  home.append(alertLine(1), alertLine(2));
  const stats = async () => {
    return (await integratord(['queue', 'stats', '--home', home.path, '--json'])).stdout;
  };
  await until(async () => (await stats()).includes('"parked":2'), 'both wait', 60_000);
  home.configure(good());
  await reload(RELOADED);
  await arrived(1, 2);
  expect(home.log()).toMatch(/INFO: integration can run again.*waiting.*2/);
  await home.stop();
});
