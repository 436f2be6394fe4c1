import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DgramSocket } from 'node-unix-socket';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../test/support/program.ts';
import { tempDir } from '../../test/support/temp-dir.ts';
import { systemClock } from '../core/clock.ts';
import type { DatagramResult } from '../core/datagram.ts';
import { UnixDatagrams } from './datagram.ts';

const LIMITS = { timeoutMs: 10_000, signal: new AbortController().signal };

let path: string;
let datagrams: UnixDatagrams;
let receivers: DgramSocket[] = [];
beforeEach(() => {
  path = join(tempDir(), 'queue');
  datagrams = new UnixDatagrams(systemClock);
});
afterEach(() => {
  datagrams.close();
  for (const receiver of receivers) receiver.close();
  receivers = [];
});

/** A socket as the manager has it. Without `read` nothing is taken out of its queue. */
function receive(): string[] {
  const received: string[] = [];
  const socket = new DgramSocket();
  socket.on('data', (datagram: Buffer) => received.push(datagram.toString('utf8')));
  socket.bind(path);
  receivers.push(socket);
  return received;
}

describe('datagrams', () => {
  it('arrive whole and in order', async () => {
    const received = receive();
    const sent = Array.from({ length: 300 }, (_, i) => `1:test:${'x'.repeat(i)}`);
    for (const text of sent) {
      expect(await datagrams.send(path, Buffer.from(text), LIMITS)).toEqual({ ok: true });
    }
    await until(() => received.length === sent.length, 'all arrived');
    expect(received).toEqual(sent);
  });

  it('of the largest size arrive, and what is too large for the system is said to be', async () => {
    const received = receive();
    const largest = 'y'.repeat(65_535);
    expect(await datagrams.send(path, Buffer.from(largest), LIMITS)).toEqual({ ok: true });
    await until(() => received.length === 1, 'it arrived');
    expect(received[0]?.length).toBe(65_535);
    const tooLarge = await datagrams.send(path, Buffer.alloc(3_000_000), LIMITS);
    expect(tooLarge).toMatchObject({ ok: false, reason: 'too large' });
  });

  it('cannot be sent where nobody listens, and can as soon as somebody does', async () => {
    const absent = await datagrams.send(path, Buffer.from('1:test:a'), LIMITS);
    expect(absent).toMatchObject({ ok: false, reason: 'unreachable' });
    expect(absent).toMatchObject({ message: expect.stringContaining(path) });
    receive();
    expect(await datagrams.send(path, Buffer.from('1:test:b'), LIMITS)).toEqual({ ok: true });
    for (const receiver of receivers.splice(0)) receiver.close();
    rmSync(path, { force: true });
    const received = receive();
    expect(await datagrams.send(path, Buffer.from('1:test:c'), LIMITS)).toEqual({ ok: true });
    await until(() => received.length === 1, 'it arrived at the new socket');
    expect(received).toEqual(['1:test:c']);
  });

  it('wait while the queue is full, are taken back in time, and continue when there is room', async () => {
    const program =
      `const { DgramSocket } = require('node-unix-socket'); const socket = new DgramSocket();` +
      `socket.on('data', () => {}); socket.bind(${JSON.stringify(path)}); console.log('listening');` +
      `setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      await once(child.stdout, 'data');
      // Stopped, it reads nothing: the system's queue fills up.
      child.kill('SIGSTOP');
      const results: DatagramResult[] = [];
      while (results.at(-1)?.ok !== false && results.length < 5000) {
        results.push(
          await datagrams.send(path, Buffer.from('1:test:x'), { ...LIMITS, timeoutMs: 200 }),
        );
      }
      expect(results.at(-1)).toMatchObject({ ok: false, reason: 'full' });
      child.kill('SIGCONT');
      expect(await datagrams.send(path, Buffer.from('1:test:y'), LIMITS)).toEqual({ ok: true });
    } finally {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  });

  it('are broken off when asked to', async () => {
    const abort = new AbortController();
    abort.abort();
    receive();
    const limits = { ...LIMITS, signal: abort.signal };
    const result = await datagrams.send(path, Buffer.from('1:test:a'), limits);
    expect(result).toMatchObject({ ok: false, reason: 'full' });
  });
});
