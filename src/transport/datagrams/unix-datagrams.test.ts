import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { until } from '../../../test/support/program.ts';
import { tempDir } from '../../../test/support/temp-dir.ts';
import { systemClock } from '../../core/clock.ts';
import type { DatagramResult } from '../../core/datagram.ts';
import { DatagramSocket } from './datagram-socket.ts';
import { receiveDatagrams } from './receive-datagrams.ts';
import { UnixDatagrams } from './unix-datagrams.ts';

const LIMITS = { timeoutMs: 10_000, signal: new AbortController().signal };
const SOON = { ...LIMITS, timeoutMs: 100 };

let path: string;
let datagrams: UnixDatagrams;
beforeEach(() => {
  path = join(tempDir(), 'queue');
  datagrams = new UnixDatagrams(systemClock);
});
afterEach(() => datagrams.close());

const send = (text: string, limits = LIMITS) => datagrams.send(path, Buffer.from(text), limits);

/** A socket as the manager has it, and what came there. */
function receive(): { received: string[]; end: () => void } {
  const received: string[] = [];
  const end = receiveDatagrams(path, (datagram) => received.push(datagram.toString('utf8')));
  onTestFinished(end);
  return { received, end };
}

/** A socket of which nothing is taken unless `take` is called: it gives the next datagram. */
function slowReader(): { take: () => string | undefined } {
  const socket = new DatagramSocket();
  onTestFinished(() => socket.close());
  socket.bind(path);
  const buffer = Buffer.alloc(1000);
  const take = () => {
    const length = socket.receive(buffer);
    return length === undefined ? undefined : buffer.toString('utf8', 0, length);
  };
  return { take };
}

/** Sends until the queue is full. @returns how many are in it */
async function fill(): Promise<number> {
  const results: DatagramResult[] = [];
  while (results.at(-1)?.ok !== false) results.push(await send('filling', SOON));
  expect(results.at(-1)).toMatchObject({ reason: 'full' });
  return results.length - 1;
}

/** The descriptors of this process that are sockets. */
function sockets(): string[] {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith('socket:');
    } catch {
      return false; // the one with which the list was read
    }
  });
}

describe('datagrams', () => {
  it('arrive whole and in order', async () => {
    const { received } = receive();
    const sent = Array.from({ length: 300 }, (_, i) => `1:test:${'x'.repeat(i)}`);
    for (const text of sent) expect(await send(text)).toEqual({ ok: true });
    await until(() => received.length === sent.length, 'all arrived');
    expect(received).toEqual(sent);
  });

  it('of the largest size arrive, and what is too large for the system is said to be', async () => {
    const { received } = receive();
    expect(await send('y'.repeat(65_535))).toEqual({ ok: true });
    await until(() => received.length === 1, 'it arrived');
    expect(received[0]?.length).toBe(65_535);
    expect(await send('z'.repeat(3_000_000))).toMatchObject({ ok: false, reason: 'too large' });
  });

  it('cannot be sent where nobody listens, and can as soon as somebody does', async () => {
    expect(await send('1:test:a')).toEqual({
      ok: false,
      reason: 'unreachable',
      message: `${path} cannot be reached: no such file or directory`,
    });
    const { end } = receive();
    expect(await send('1:test:b')).toEqual({ ok: true });
    end();
    expect(await send('1:test:b')).toMatchObject({
      reason: 'unreachable',
      message: expect.stringContaining('connection refused'),
    });
    rmSync(path);
    const { received } = receive();
    expect(await send('1:test:c')).toEqual({ ok: true });
    await until(() => received.length === 1, 'it arrived at the new socket');
    expect(received).toEqual(['1:test:c']);
  });

  it('cannot be sent to what is no socket, or one of another kind', async () => {
    writeFileSync(path, '');
    expect(await send('a')).toMatchObject({ reason: 'unreachable' });
    rmSync(path);
    const server = createServer().listen(path);
    await once(server, 'listening');
    expect(await send('a')).toMatchObject({
      reason: 'unreachable',
      message: expect.stringContaining('wrong type'),
    });
    server.close();
  });

  it('reach a path of 107 bytes; of a longer one it is said that it is too long', async () => {
    const directory = tempDir();
    path = join(directory, `${'ü'.repeat(10)}${'x'.repeat(107 - directory.length - 1 - 20)}`);
    const { received } = receive();
    expect(await send('a')).toEqual({ ok: true });
    await until(() => received.length === 1, 'it arrived');
    path += 'x';
    expect(await send('a')).toEqual({
      ok: false,
      reason: 'failed',
      message: `sending to ${path} failed: the path of a socket cannot be that long: it has 108 bytes, and may have 107`,
    });
  });

  it('come from a socket that never blocks, and that no process inherits', async () => {
    receive();
    const before = sockets();
    await send('a');
    const [fd] = sockets().filter((name) => !before.includes(name));
    // O_CLOEXEC, O_NONBLOCK and O_RDWR, in octal.
    expect(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8')).toMatch(/^flags:\s*02004002$/m);
    datagrams.close();
    expect(sockets()).toEqual(before);
  });
});

describe('datagrams, while the queue is full,', () => {
  it('are given up in time, and are sent when there is room', async () => {
    const { take } = slowReader();
    expect(await fill()).toBeGreaterThan(0);
    const waiting = send('waited');
    const taken = [];
    for (let text = take(); text !== 'waited'; text = take()) {
      if (text !== undefined) taken.push(text);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    expect(await waiting).toEqual({ ok: true });
    expect(new Set(taken)).toEqual(new Set(['filling']));
  });

  it('are sent in the order in which they came, all of them, while everything else goes on', async () => {
    const { take } = slowReader();
    const sent = Array.from({ length: 2000 }, (_, i) => `1:test:${i}`);
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    const limits = () => ({ timeoutMs: 120_000, signal: new AbortController().signal });
    const results = Promise.all(sent.map((text) => send(text, limits())));
    const taken: string[] = [];
    await until(() => {
      for (let count = 0; count < 50; count += 1) {
        const text = take();
        if (text !== undefined) taken.push(text);
      }
      return taken.length === sent.length;
    }, 'all were taken');
    delay.disable();
    expect(taken).toEqual(sent);
    expect(new Set((await results).map(({ ok }) => ok))).toEqual(new Set([true]));
    expect(delay.percentile(90) / 1e6).toBeLessThan(50);
  });

  it('cost next to no processor time', async () => {
    slowReader();
    await fill();
    const before = process.cpuUsage();
    expect(await send('a', { ...LIMITS, timeoutMs: 1000 })).toMatchObject({ reason: 'full' });
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1e6).toBeLessThan(0.5);
  });

  it('are given up when asked to, and do not hold up those behind them', async () => {
    const { take } = slowReader();
    await fill();
    const abort = new AbortController();
    const first = send('first', { ...LIMITS, signal: abort.signal });
    const second = send('second');
    abort.abort();
    expect(await first).toEqual({
      ok: false,
      reason: 'full',
      message: `${path} accepts no more: its queue is full`,
    });
    const taken: (string | undefined)[] = [];
    await until(() => taken.push(take()) > 0 && taken.includes('second'), 'the second arrived');
    expect(await second).toEqual({ ok: true });
    expect(taken).not.toContain('first');
    expect(await send('third', { ...LIMITS, signal: abort.signal })).toMatchObject({ ok: false });
  });

  it('are not sent any more after the end', async () => {
    const { take } = slowReader();
    await fill();
    const waiting = send('late');
    datagrams.close();
    expect(await waiting).toMatchObject({ reason: 'full' });
    const taken = [];
    for (let text = take(); text !== undefined; text = take()) taken.push(text);
    expect(taken).not.toContain('late');
  });
});
