import { describe, expect, it } from 'vitest';
import { aContext } from '../../../test/support/fake-transports.ts';
import { Alert } from '../../alert/alert.ts';
import type { DatagramResult, DatagramSender } from '../../core/datagram.ts';
import type { Outcome } from '../../core/outcome.ts';
import {
  type EventSink,
  fileSink,
  managerDestination,
  managerIntegration,
  socketSink,
} from './index.ts';

const EVENT = '1:[001] (we|:b) fe80|:|:1->virustotal:{"virustotal":{"error":204},"a":"b:c"}';

function deliver(sink: EventSink, datagram: string | Buffer = EVENT): Promise<Outcome> {
  const alert = new Alert(Buffer.from(datagram));
  const job = { alert, integration: managerIntegration(), key: 'k', attempts: 0 };
  return managerDestination(sink).deliver(job, aContext());
}

function sender(result: DatagramResult): DatagramSender & { sent: [string, string][] } {
  const sent: [string, string][] = [];
  return {
    sent,
    send: async (path, datagram) => {
      sent.push([path, datagram.toString('utf8')]);
      return result;
    },
  };
}

describe('events for the manager', () => {
  it('are sent byte for byte to the socket that is there now', async () => {
    const datagrams = sender({ ok: true });
    let path = '/home/queue/ossec/queue';
    const sink = socketSink(datagrams, () => path);
    expect(await deliver(sink)).toEqual({ kind: 'delivered' });
    path = '/home/queue/sockets/queue';
    await deliver(sink);
    expect(datagrams.sent).toEqual([
      ['/home/queue/ossec/queue', EVENT],
      ['/home/queue/sockets/queue', EVENT],
    ]);
  });

  it.each([
    ['unreachable', 'retry', 'network'],
    ['full', 'retry', 'timeout'],
    ['failed', 'retry', 'network'],
    ['too large', 'reject', 'rejected'],
  ] as const)('wait where sending is %s: %s', async (reason, kind, outcomeReason) => {
    const sink = socketSink(sender({ ok: false, reason, message: 'no luck' }), () => '/q');
    expect(await deliver(sink)).toMatchObject({
      kind,
      reason: outcomeReason,
      message: expect.stringContaining('no luck'),
    });
  });

  it('are never sent when the manager would cut them off', async () => {
    const datagrams = sender({ ok: true });
    const sink = socketSink(datagrams, () => '/q');
    expect(await deliver(sink, Buffer.alloc(65_536, 'x'))).toMatchObject({ kind: 'reject' });
    expect(await deliver(sink, Buffer.alloc(65_535, 'x'))).toMatchObject({ kind: 'delivered' });
    expect(datagrams.sent).toHaveLength(1);
  });

  it('become lines of JSON in a file', async () => {
    const lines: string[] = [];
    const sink = fileSink(async (line) => {
      lines.push(line);
    });
    await deliver(sink);
    await deliver(sink, '1:virustotal:{"a":1}');
    expect(lines).toEqual(['{"virustotal":{"error":204},"a":"b:c"}\n', '{"a":1}\n']);
    const full = fileSink(() => Promise.reject(new Error('ENOSPC: no space left on device')));
    expect(await deliver(full)).toMatchObject({ kind: 'retry', reason: 'internal' });
  });
});
