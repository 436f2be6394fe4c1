import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import { answer, ScriptedServer } from '../../../test/support/scripted-server.ts';
import { type Answer, nameFailure, tooSlow } from './addresses.ts';
import type { Names } from './names.ts';
import { NameError, netLookup } from './net-lookup.ts';

/** Names that give this. */
function fake(give: (signal: AbortSignal) => Promise<Answer>): Names {
  return {
    lookup: (_owner, _host, signal) => give(signal),
    isWaiting: () => false,
    close: () => Promise.resolve(),
  };
}

it.each([true, false])(
  'leads a connection to the first address (several tried: %s)',
  async (all) => {
    const server = await ScriptedServer.start([answer(200)]);
    const names = fake(() =>
      Promise.resolve({ ok: true, addresses: [{ address: '127.0.0.1', family: 4 }] }),
    );
    const lookup = netLookup(names, new FakeClock(), 10_000);
    const socket = connect({ host: 'a.test', port: server.port, lookup, autoSelectFamily: all });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve).once('error', reject);
    });
    expect(socket.remoteAddress).toBe('127.0.0.1');
    socket.destroy();
    await server.close();
  },
);

it('fails a connection with the code and the sentence of the failure', async () => {
  const failure = nameFailure('ENOTFOUND');
  const lookup = netLookup(
    fake(() => Promise.resolve(failure)),
    new FakeClock(),
    10_000,
  );
  const error = await new Promise((resolve) => {
    connect({ host: 'a.test', port: 1, lookup }).once('error', resolve);
  });
  expect(error).toBeInstanceOf(NameError);
  expect(error).toMatchObject({ code: 'ENOTFOUND', message: failure.message });
});

it('ends the wait with the time for the connection', async () => {
  const clock = new FakeClock();
  const names = fake((signal) => {
    return new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve(tooSlow(10_000)));
    });
  });
  const lookup = netLookup(names, clock, 10_000);
  const error = new Promise((resolve) => {
    connect({ host: 'a.test', port: 1, lookup }).once('error', resolve);
  });
  await clock.settle();
  clock.tick(10_000);
  expect(await error).toMatchObject({ code: 'EAI_AGAIN' });
});
