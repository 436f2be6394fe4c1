import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import { FakeNameHost } from '../../../test/support/fake-name-host.ts';
import { RecordingLog } from '../../../test/support/recording-log.ts';
import { type Addresses, type Answer, nameFailure } from './addresses.ts';
import { createNames, type Names } from './names.ts';

const at = (address: string): Addresses => ({ ok: true, addresses: [{ address, family: 4 }] });
const SILENT = nameFailure('EAI_AGAIN');
const GONE = nameFailure('ENOTFOUND');
const FRESH_MS = 60_000;
const FOREVER = new AbortController().signal;

let clock: FakeClock;
let log: RecordingLog;
let hosts: FakeNameHost[];
let names: Names;

beforeEach(() => {
  clock = new FakeClock();
  log = new RecordingLog();
  hosts = [];
  names = createNames({
    clock,
    log,
    start: (threads) => {
      const host = new FakeNameHost(threads);
      hosts.push(host);
      host.ready();
      return host.process;
    },
    local: {
      find: (name) => (name === 'localhost' ? [{ address: '127.0.0.1', family: 4 }] : undefined),
    },
  });
});

const ask = (name: string, owner = 'slack', signal = FOREVER) => names.lookup(owner, name, signal);
/** What was asked and has no answer yet. */
const asked = () => hosts.flatMap((host) => host.names);

/** Asks for a name that gets this answer. */
async function resolve(name: string, answer: Answer, owner?: string): Promise<Answer> {
  const result = ask(name, owner);
  await clock.settle();
  hosts.at(-1)?.answer(name, answer);
  return await result;
}

describe('names', () => {
  it('that are addresses, or in the hosts file, need no process', async () => {
    expect(await ask('10.0.0.1')).toEqual(at('10.0.0.1'));
    const six = { ok: true, addresses: [{ address: '2001:db8::1', family: 6 }] };
    expect(await ask('[2001:db8::1]')).toEqual(six);
    expect(await ask('localhost')).toEqual(at('127.0.0.1'));
    expect(hosts).toEqual([]);
  });

  it('are looked up once for all who ask, and then known for a minute', async () => {
    const all = [ask('a.test', 'slack'), ask('A.test', 'pagerduty')];
    await clock.settle();
    expect(asked()).toEqual(['a.test']);
    expect(names.isWaiting('a.test')).toBe(true);
    hosts[0]?.answer('a.test', at('10.0.0.1'));
    expect(await Promise.all(all)).toEqual([at('10.0.0.1'), at('10.0.0.1')]);
    expect(names.isWaiting('a.test')).toBe(false);
    clock.tick(59_999);
    expect(await ask('a.test')).toEqual(at('10.0.0.1'));
    expect(asked()).toEqual([]);
  });

  it('are looked up again after a minute, and nobody waits for it', async () => {
    await resolve('a.test', at('10.0.0.1'));
    clock.tick(60_000);
    expect(await ask('a.test')).toEqual(at('10.0.0.1'));
    expect(await ask('a.test')).toEqual(at('10.0.0.1'));
    expect(asked()).toEqual(['a.test']);
    hosts[0]?.answer('a.test', at('10.0.0.2'));
    await clock.settle();
    expect(await ask('a.test')).toEqual(at('10.0.0.2'));
  });

  it('keep their last address for a day while there is no answer, but not longer', async () => {
    await resolve('a.test', at('10.0.0.1'));
    clock.tick(60_000);
    expect(await ask('a.test')).toEqual(at('10.0.0.1'));
    hosts[0]?.answer('a.test', SILENT);
    await clock.settle();
    clock.tick(23 * 3_600_000);
    expect(await ask('a.test')).toEqual(at('10.0.0.1'));
    await clock.settle();
    hosts.at(-1)?.answer('a.test', SILENT);
    await clock.settle();
    clock.tick(3_600_000);
    expect(await resolve('a.test', SILENT)).toEqual(SILENT);
  });

  it('lose their address when DNS says that they are gone', async () => {
    await resolve('a.test', at('10.0.0.1'));
    clock.tick(60_000);
    await ask('a.test');
    hosts[0]?.answer('a.test', GONE);
    await clock.settle();
    expect(await ask('a.test')).toEqual(GONE);
    expect(log.lines).toEqual([]);
  });

  it('fail for five seconds without being looked up again', async () => {
    expect(await resolve('a.test', GONE)).toEqual(GONE);
    clock.tick(4999);
    expect(await ask('a.test')).toEqual(GONE);
    expect(asked()).toEqual([]);
    clock.tick(1);
    expect(await resolve('a.test', at('10.0.0.1'))).toEqual(at('10.0.0.1'));
  });

  it('are waited for until the attempt ends; the look-up then serves the next', async () => {
    const limit = new AbortController();
    const first = ask('a.test', 'slack', limit.signal);
    await clock.settle();
    clock.tick(10_000);
    limit.abort();
    expect(await first).toEqual({
      ok: false,
      code: 'EAI_AGAIN',
      message: 'DNS is not answering within 10 s. Check the name server of this machine.',
    });
    const second = ask('a.test');
    await clock.settle();
    expect(asked()).toEqual(['a.test']);
    hosts[0]?.answer('a.test', at('10.0.0.1'));
    expect(await second).toEqual(at('10.0.0.1'));
  });

  it('are not looked up for someone who has stopped waiting already', async () => {
    expect(await ask('a.test', 'slack', AbortSignal.abort())).toMatchObject({ ok: false });
    expect(hosts).toEqual([]);
  });

  it('of one integration may be eight at a time; those of others are not affected', async () => {
    for (let number = 0; number < 8; number += 1) void ask(`${number}.test`, 'slack');
    await clock.settle();
    expect(await ask('8.test', 'slack')).toMatchObject({ ok: false, code: 'EAI_AGAIN' });
    void ask('9.test', 'pagerduty');
    await clock.settle();
    expect(asked()).toHaveLength(9);
    hosts[0]?.answer('0.test', at('10.0.0.1'));
    await clock.settle();
    void ask('8.test', 'slack');
    await clock.settle();
    expect(asked()).toContain('8.test');
  });

  it('are not waited for after the end, and the process is killed', async () => {
    const waiting = ask('a.test');
    await clock.settle();
    await names.close();
    expect(await waiting).toMatchObject({ ok: false, code: 'ECANCELED' });
    expect(hosts[0]?.isKilled).toBe(true);
    expect(await ask('b.test')).toMatchObject({ ok: false, code: 'ECANCELED' });
    expect(hosts).toHaveLength(1);
    expect(clock.timers).toBe(0);
    expect(log.lines).toEqual([]);
  });
});

describe('a name server that does not answer', () => {
  const WARNING = 'DNS does not answer for an integration';
  const AGAIN = 'DNS answers again for an integration';

  it('is reported once for each integration, and when it answers again', async () => {
    void ask('a.test', 'slack');
    void ask('a.test', 'pagerduty');
    await clock.settle();
    clock.tick(4999);
    expect(log.lines).toEqual([]);
    clock.tick(1);
    expect(log.lines).toEqual([
      {
        level: 'warn',
        message: WARNING,
        fields: { integration: 'slack', usesLastAddress: false },
      },
      {
        level: 'warn',
        message: WARNING,
        fields: { integration: 'pagerduty', usesLastAddress: false },
      },
    ]);
    clock.tick(5000);
    hosts[0]?.answer('a.test', SILENT);
    await clock.settle();
    clock.tick(5000);
    await resolve('a.test', at('10.0.0.1'));
    expect(log.lines.slice(2)).toEqual([
      { level: 'info', message: AGAIN, fields: { integration: 'slack', seconds: 10 } },
      { level: 'info', message: AGAIN, fields: { integration: 'pagerduty', seconds: 10 } },
    ]);
  });

  it('is reported also while the last address is used', async () => {
    await resolve('a.test', at('10.0.0.1'));
    clock.tick(60_000);
    await ask('a.test');
    hosts[0]?.answer('a.test', SILENT);
    await clock.settle();
    expect(log.lines).toMatchObject([{ message: WARNING, fields: { usesLastAddress: true } }]);
  });

  it('is reported at most every ten minutes for one integration', async () => {
    for (let round = 0; round < 8; round += 1) {
      await resolve('a.test', SILENT);
      clock.tick(5000);
      await resolve('a.test', at('10.0.0.1'));
      clock.tick(FRESH_MS);
      await ask('a.test');
      hosts.at(-1)?.answer('a.test', GONE);
      await clock.settle();
      clock.tick(5000);
    }
    expect(log.with(WARNING)).toHaveLength(1);
    expect(log.with(AGAIN)).toHaveLength(1);
  });
});
