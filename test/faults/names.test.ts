import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Address } from '../../src/transport/names/addresses.ts';
import { alertLine, createHome, type Home } from '../support/home.ts';
import { NameWorld } from '../support/name-world.ts';
import { NetworkNamespace, noNamespaces } from '../support/network-namespace.ts';
import { DaemonProcess, until } from '../support/program.ts';

/** The system takes it for three name servers, and asks each twice. */
const RESOLV_CONF = { '/etc/resolv.conf': 'nameserver 127.0.0.53\n'.repeat(3) };
const ROOT = new URL('../../', import.meta.url).href;
const HERE = '127.0.0.1';
/** One look-up without an answer takes that long. */
const HANGS_MS = 20_000;

let home: Home | undefined;
let daemon: DaemonProcess | undefined;

afterEach(async () => {
  await daemon?.kill();
  daemon = undefined;
  home?.remove();
  home = undefined;
});

/** Starts a daemon inside, with an integration for each address. */
async function start(namespace: NetworkNamespace, addresses: Record<string, string>) {
  home = createHome('');
  const lines = Object.entries(addresses).map(
    ([id, url]) => `  ${id}: { type: shuffle, hook_url: "${url}", alert_format: json }`,
  );
  const settings = join(home.path, 'integratord.yaml');
  writeFileSync(settings, ['integrations:', ...lines, ''].join('\n'));
  daemon = await DaemonProcess.start(home.path, ['--settings', settings], {}, namespace.enter);
  return { home, daemon };
}

/** Appends alerts one by one, each once the one before has arrived everywhere, and measures. */
async function latencies(
  world: NameWorld,
  to: Home,
  paths: readonly string[],
  first: number,
  count: number,
): Promise<number[]> {
  const all: number[] = [];
  for (let number = first; number < first + count; number += 1) {
    const appended = Date.now();
    to.append(alertLine(number));
    for (const path of paths) {
      const arrival = () => world.at(path).find((request) => request.number === number);
      await until(() => arrival() !== undefined, `alert ${number} arrived at ${path}`, 60_000);
      all.push((arrival()?.at ?? 0) - appended);
    }
  }
  return all.sort((a, b) => a - b);
}

const median = (sorted: readonly number[]) => sorted[Math.floor(sorted.length / 2)] ?? 0;

describe.skipIf(noNamespaces)('names', () => {
  it('that cannot be resolved delay no other integration', async () => {
    const namespace = await NetworkNamespace.forTest(RESOLV_CONF);
    const server = { names: { 'good.test': HERE }, silentAbout: '^dead' };
    const world = await NameWorld.forTest(namespace, server);
    const healthy = {
      local: `http://localhost:${world.port}/local`,
      good: `http://good.test:${world.port}/good`,
    };
    const paths = ['/local', '/good'];
    const without = await start(namespace, healthy);
    const usual = await latencies(world, without.home, paths, 1000, 20);
    await without.daemon.stop();
    without.home.remove();

    const dead = { dead: `http://dead.test:${world.port}/dead` };
    const { home, daemon } = await start(namespace, { ...healthy, ...dead });
    home.append(...Array.from({ length: 20 }, (_, number) => alertLine(number)));
    await until(() => world.asked.includes('dead.test'), 'the dead name is being looked up');
    const measured = await latencies(world, home, paths, 2000, 40);
    expect(median(measured)).toBeLessThan(10 * median(usual) + 250);
    expect(measured.at(-1)).toBeLessThan(HANGS_MS / 2);
    await daemon.logged(
      'DNS does not answer for an integration',
      ({ usesLastAddress }) => usesLastAddress === false,
    );
    await daemon.logged('attempt failed', ({ cause }) =>
      String(cause).startsWith('DNS is not answering within '),
    );
  });

  it('that are being resolved do not hold up the end', async () => {
    const namespace = await NetworkNamespace.forTest(RESOLV_CONF);
    const world = await NameWorld.forTest(namespace, { names: {}, silentAbout: '.' });
    const { home, daemon } = await start(namespace, { dead: 'http://dead.test/' });
    home.append(alertLine(1));
    await until(() => world.asked.includes('dead.test'), 'the dead name is being looked up');
    const begin = performance.now();
    expect(await daemon.stop()).toBe(0);
    expect(performance.now() - begin).toBeLessThan(10_000);
  });

  it('of 450 integrations that hang do not delay the 50 others', async () => {
    const namespace = await NetworkNamespace.forTest(RESOLV_CONF);
    const addresses: Record<string, string> = {};
    const names: Record<string, string> = {};
    const world = await NameWorld.forTest(namespace, { names, silentAbout: '^dead' });
    for (let lane = 0; lane < 450; lane += 1) {
      addresses[`dead-${lane}`] = `http://dead${lane}.test:${world.port}/dead`;
    }
    const paths: string[] = [];
    for (let lane = 0; lane < 50; lane += 1) {
      const host = lane % 2 === 0 ? 'localhost' : `good${lane}.test`;
      if (host !== 'localhost') names[host] = HERE;
      paths.push(`/good${lane}`);
      addresses[`good-${lane}`] = `http://${host}:${world.port}/good${lane}`;
    }
    world.behave({ names, silentAbout: '^dead' });
    const { home, daemon } = await start(namespace, addresses);
    home.append(alertLine(0));
    const isAsked = () => new Set(world.asked.filter((name) => name.startsWith('dead'))).size;
    await until(() => isAsked() === 450, 'all dead names are being looked up', 60_000);
    const measured = await latencies(world, home, paths, 1, 20);
    expect(median(measured)).toBeLessThan(HANGS_MS / 4);
    expect(measured.at(-1)).toBeLessThan(HANGS_MS);
    const begin = performance.now();
    expect(await daemon.stop()).toBe(0);
    expect(performance.now() - begin).toBeLessThan(10_000);
  });

  it('keep their addresses when the name server dies', async () => {
    const namespace = await NetworkNamespace.forTest(RESOLV_CONF);
    const names = { 'good.test': HERE };
    const world = await NameWorld.forTest(namespace, { names, silentAbout: '' });
    const { home, daemon } = await start(namespace, {
      good: `http://good.test:${world.port}/good`,
    });
    await latencies(world, home, ['/good'], 1, 5);
    world.behave({ names, silentAbout: '.' });
    const asked = world.asked.length;
    const measured: number[] = [];
    const isReported = () => daemon.output.includes('DNS does not answer for an integration');
    let number = 100;
    // An answer is fresh for a minute. Then the daemon asks again, in vain.
    await until(
      async () => {
        number += 1;
        measured.push(...(await latencies(world, home, ['/good'], number, 1)));
        return world.asked.length > asked && isReported();
      },
      'the name server is asked again and says nothing',
      150_000,
    );
    measured.push(...(await latencies(world, home, ['/good'], 1_000_000, 20)));
    expect(Math.max(...measured)).toBeLessThan(HANGS_MS / 2);
    expect(daemon.log.filter(({ msg }) => msg === 'attempt failed')).toEqual([]);
    world.behave({ names, silentAbout: '' });
    await until(
      async () => {
        number += 1;
        await latencies(world, home, ['/good'], number, 1);
        return daemon.output.includes('DNS answers again for an integration');
      },
      'the name server is asked again and answers',
      60_000,
    );
  });

  it.each([
    ['only loopback addresses', []],
    ['an address of version 4', ['ip addr add 10.1.1.1/32 dev lo']],
    ['an address of version 6', ['ip -6 addr add 2001:db8::1/128 dev lo nodad']],
    ['both', ['ip addr add 10.1.1.1/32 dev lo', 'ip -6 addr add 2001:db8::1/128 dev lo nodad']],
  ])('of /etc/hosts have the addresses that getaddrinfo gives, with %s', async (_what, setUp) => {
    const files = { '/etc/hosts': HOSTS, '/etc/nsswitch.conf': 'hosts: files dns\n' };
    const namespace = await NetworkNamespace.forTest({ ...RESOLV_CONF, ...files }, setUp);
    await NameWorld.forTest(namespace, { names: { 'only-six': '10.9.9.9' }, silentAbout: '' });
    const { here, system } = await bothAnswers(namespace);
    expect(Object.keys(here)).toEqual(HOSTS_NAMES);
    // Where this says nothing, the system is asked.
    const known = HOSTS_NAMES.filter((name) => here[name] !== null);
    const expected = known.map((name) => [name, withoutTwins(system[name])]);
    expect(known.map((name) => [name, here[name]])).toEqual(expected);
    expect(here['localhost']).not.toBeNull();
    expect(here['nobody']).toBeNull();
  });
});

const HOSTS_NAMES =
  'localhost one alias UPPER upper both lines twice only-six mapped commented nobody self'.split(
    ' ',
  );
const HOSTS = `
127.0.0.1 localhost
::1       localhost ip6-localhost
10.0.0.1\tone\talias # commented
10.0.0.2  Upper
10.0.0.3  both
2001:db8::3 both
10.0.0.4  lines
10.0.0.5  lines
10.0.0.6  twice twice
10.0.0.6  twice
2001:db8::7 only-six
::ffff:10.0.0.8 mapped
::1 self
10.0.0.999 nobody
fe80::1%lo nobody
# 10.0.0.9 nobody
`;

type Found = Record<string, readonly Address[] | null>;

/** The system says an address as often as it stands there. */
function withoutTwins(all: readonly Address[] | null | undefined): readonly Address[] | undefined {
  return all?.filter(
    ({ address }, at) => all.findIndex((other) => other.address === address) === at,
  );
}

/** The addresses of the names above, found by the project and by the system, inside. */
async function bothAnswers(namespace: NetworkNamespace): Promise<{ here: Found; system: Found }> {
  const code = `
    import { LocalNames } from '${ROOT}src/transport/names/local-names.ts';
    import { systemLookup } from '${ROOT}src/transport/names/system-lookup.ts';
    import { systemClock } from '${ROOT}src/core/clock.ts';
    const local = new LocalNames({ clock: systemClock });
    const here = {};
    const system = {};
    for (const name of ${JSON.stringify(HOSTS_NAMES)}) {
      here[name] = local.find(name) ?? null;
      const answer = await systemLookup(name);
      system[name] = answer.ok ? answer.addresses : null;
    }
    console.log(JSON.stringify({ here, system }));
  `;
  const loader = new URL('../support/typescript.mjs', import.meta.url).href;
  const [command, ...args] = [...namespace.enter, process.execPath, '--import', loader];
  const child = spawn(command, [...args, '--input-type=module', '--eval', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  await once(child, 'close');
  return JSON.parse(text) as { here: Found; system: Found };
}
