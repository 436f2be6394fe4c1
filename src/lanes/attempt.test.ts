import { describe, expect, it } from 'vitest';
import { DELIVERED, SERVER_ERROR } from '../../test/support/fake-destination.ts';
import { anIntegration } from '../../test/support/jobs.ts';
import { aSettlement } from '../../test/support/outbox.ts';
import { RecordingLog } from '../../test/support/recording-log.ts';
import type { LeasedDelivery, Settlement } from '../core/delivery.ts';
import { reportAttempt } from './attempt.ts';

const DELIVERY: LeasedDelivery = {
  id: 5,
  raw: Buffer.from('{}'),
  attempts: 2,
  tries: 2,
  firstAttemptAt: undefined,
};

/** What the log says of an attempt. */
function reported(changes: Partial<Settlement>) {
  const log = new RecordingLog();
  const settlement = aSettlement(5, { durationMs: 12.6, ...changes });
  reportAttempt(log, anIntegration({ id: 'slack' }), DELIVERY, settlement);
  return log.lines;
}

describe('an attempt in the log', () => {
  it('is of no interest when it was delivered', () => {
    expect(reported({ outcome: DELIVERED })).toEqual([
      {
        level: 'debug',
        message: 'delivered',
        fields: {
          integration: 'slack',
          delivery: 5,
          attempt: 3,
          ms: 13,
          status: 200,
          reason: undefined,
          cause: undefined,
        },
      },
    ]);
  });

  it('is a warning when it will be tried again, with the reason and the cause', () => {
    const outcome = { ...SERVER_ERROR, message: 'HTTP 503' };
    const next = { state: 'pending', notBefore: 9, reason: 'server_error' } as const;
    expect(reported({ outcome, next })).toMatchObject([
      {
        level: 'warn',
        message: 'attempt failed',
        fields: { status: 503, reason: 'server_error', cause: 'HTTP 503' },
      },
    ]);
  });

  it('is an error when the delivery is dead', () => {
    const outcome = { kind: 'reject', reason: 'rejected' } as const;
    expect(reported({ outcome, next: { state: 'dead', reason: 'rejected' } })).toMatchObject([
      { level: 'error', message: 'delivery is dead', fields: { reason: 'rejected' } },
    ]);
  });

  it('says nothing when the lane is parked: that is told of the lane', () => {
    const outcome = { kind: 'park', reason: 'auth' } as const;
    const next = { state: 'pending', notBefore: 0, reason: 'auth' } as const;
    expect(reported({ outcome, next })).toEqual([]);
  });
});
