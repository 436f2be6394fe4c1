import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import { FakeNameHost } from '../../../test/support/fake-name-host.ts';
import { RecordingLog } from '../../../test/support/recording-log.ts';
import { forkTestNameHost } from '../../../test/support/script-host.ts';
import { tempDir } from '../../../test/support/temp-dir.ts';
import { systemClock } from '../../core/clock.ts';
import { type Addresses, nameFailure } from './addresses.ts';
import { NameHosts } from './name-hosts.ts';
import { SystemLookups } from './system-lookup.ts';

const HERE: Addresses = { ok: true, addresses: [{ address: '127.0.0.1', family: 4 }] };
const SUBSTITUTED: Addresses = { ok: true, addresses: [{ address: '10.9.9.9', family: 4 }] };

let clock: FakeClock;
let log: RecordingLog;
let started: FakeNameHost[];
let pool: NameHosts;

beforeEach(() => {
  clock = new FakeClock();
  log = new RecordingLog();
  started = [];
  pool = open((threads) => new FakeNameHost(threads));
});

function open(make: (threads: number) => FakeNameHost): NameHosts {
  return new NameHosts({
    start: (threads) => {
      const host = make(threads);
      started.push(host);
      return host.process;
    },
    substitute: { resolve: () => Promise.resolve(SUBSTITUTED) },
    clock,
    log,
  });
}

const host = (number: number) => started[number] as FakeNameHost;
const askFor = (count: number, prefix: string) =>
  Array.from({ length: count }, (_, number) => pool.resolve(`${prefix}${number}`));

describe('name hosts', () => {
  it('are started when all threads are taken, so that no name waits for another', async () => {
    void askFor(32, 'dead');
    expect(started.map(({ threads }) => threads)).toEqual([64]);
    void askFor(512, 'also-dead');
    expect(started.map(({ threads }) => threads)).toEqual([64, 1024]);
    const healthy = pool.resolve('good');
    expect(started.map(({ threads }) => threads)).toEqual([64, 1024, 1024]);
    host(2).answer('good', HERE);
    expect(await healthy).toEqual(HERE);
    // One with a thread to spare is used first.
    host(0).answer('dead5', HERE);
    void pool.resolve('next');
    expect(host(0).names).toContain('next');
  });

  it('are at most three', () => {
    void askFor(32 + 512 + 512 + 1, 'dead');
    expect(started).toHaveLength(3);
    expect(host(0).names).toHaveLength(33);
  });

  it('end after five minutes without work', async () => {
    const result = pool.resolve('a');
    host(0).ready();
    host(0).answer('a', HERE);
    await result;
    clock.tick(299_999);
    expect(host(0).isKilled).toBe(false);
    clock.tick(1);
    expect(host(0).isKilled).toBe(true);
    void pool.resolve('a');
    expect(started).toHaveLength(2);
    expect(log.lines).toEqual([]);
  });

  it('that are killed are replaced after a second, and asked the same again', async () => {
    const result = pool.resolve('a');
    host(0).ready();
    host(0).end(null, 'SIGKILL');
    await clock.settle();
    expect(log.lines).toMatchObject([
      {
        message: 'name host exited; the next look-up starts a new one',
        fields: { how: 'SIGKILL' },
      },
    ]);
    await clock.advance(999);
    expect(started).toHaveLength(1);
    await clock.advance(1);
    host(1).answer('a', HERE);
    expect(await result).toEqual(HERE);
  });

  it('that are killed by what they are asked are not asked for ever', async () => {
    const result = pool.resolve('a');
    for (let number = 0; number < 3; number += 1) {
      host(number).ready();
      host(number).end(null, 'SIGSEGV');
      await clock.advance(1000);
    }
    expect(await result).toEqual(nameFailure('EAI_FAIL'));
    expect(started).toHaveLength(3);
  });

  it('with a look-up that never ends get no more of them, and end with their last', async () => {
    const stuck = pool.resolve('stuck');
    host(0).ready();
    clock.tick(60_000);
    const other = pool.resolve('other');
    clock.tick(30_000);
    expect(await stuck).toEqual(nameFailure('EAI_AGAIN'));
    void pool.resolve('stuck');
    expect(started).toHaveLength(2);
    expect(host(0).isKilled).toBe(false);
    host(0).answer('other', HERE);
    expect(await other).toEqual(HERE);
    expect(host(0).isKilled).toBe(true);
    expect(log.lines).toEqual([]);
  });

  it('that do not start are substituted for a minute', async () => {
    const result = pool.resolve('a');
    host(0).end(1);
    expect(await result).toEqual(SUBSTITUTED);
    expect(log.with('name host did not start')).toMatchObject([{ fields: { how: 'exit code 1' } }]);
    clock.tick(59_999);
    expect(await pool.resolve('a')).toEqual(SUBSTITUTED);
    expect(started).toHaveLength(1);
    clock.tick(1);
    void pool.resolve('a');
    expect(started).toHaveLength(2);
  });

  it('that the system refuses are substituted', async () => {
    pool = open(() => {
      throw new Error('spawn EAGAIN');
    });
    expect(await pool.resolve('a')).toEqual(SUBSTITUTED);
    expect(log.lines).toHaveLength(1);
  });

  it('of the large kind that do not start leave the work to the first', async () => {
    void askFor(32, 'dead');
    host(0).ready();
    const next = pool.resolve('next');
    host(1).end(null, 'SIGABRT');
    await clock.settle();
    expect(host(0).names).toContain('next');
    host(0).answer('next', HERE);
    expect(await next).toEqual(HERE);
  });

  it('are killed at the end', async () => {
    const result = pool.resolve('a');
    await pool.close();
    expect(host(0).isKilled).toBe(true);
    expect(await result).toMatchObject({ code: 'ECANCELED' });
    expect(clock.timers).toBe(0);
    expect(log.lines).toEqual([]);
  });
});

describe('a real name host', () => {
  function real(start: ConstructorParameters<typeof NameHosts>[0]['start']): NameHosts {
    const substitute = { resolve: () => Promise.resolve(SUBSTITUTED) };
    const hosts = new NameHosts({ start, substitute, clock: systemClock, log });
    onTestFinished(() => hosts.close());
    return hosts;
  }

  it('gives the answer of the system, and is gone when it is closed', async () => {
    let pid = 0;
    const hosts = real((threads) => {
      const child = forkTestNameHost(threads);
      pid = child.pid ?? 0;
      return child;
    });
    const answer = await hosts.resolve('localhost');
    expect(answer.ok && answer.addresses.map(({ address }) => address)).toContain('127.0.0.1');
    await hosts.close();
    expect(existsSync(`/proc/${pid}`)).toBe(false);
  });

  it('is substituted when Node is gone', async () => {
    const options = { execPath: '/nonexistent/node' };
    const hosts = real(() => fork(join(tempDir(), 'x'), options));
    expect(await hosts.resolve('localhost')).toEqual(SUBSTITUTED);
  });
});

describe('look-ups in this process', () => {
  it('are few at a time, and the others wait for their turn', async () => {
    const answers: (() => void)[] = [];
    const lookups = new SystemLookups(2, () => {
      return new Promise((resolve) => answers.push(() => resolve(HERE)));
    });
    const all = ['a', 'b', 'c', 'd'].map((name) => lookups.resolve(name));
    await clock.settle();
    expect(answers).toHaveLength(2);
    for (let number = 0; number < 4; number += 1) {
      answers[number]?.();
      await clock.settle();
    }
    expect(await Promise.all(all)).toEqual([HERE, HERE, HERE, HERE]);
  });
});
