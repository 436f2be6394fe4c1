import { expect, it } from 'vitest';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { anIntegration } from '../../test/support/jobs.ts';
import { RecordingLog } from '../../test/support/recording-log.ts';
import type { Outbox } from '../core/outbox.ts';
import { Expiry } from './expiry.ts';
import { OutboxGuard } from './outbox-guard.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

it('gives up what has waited for a day, looks every ten minutes, and tells what it found', () => {
  const clock = new FakeClock();
  const log = new RecordingLog();
  const calls: number[][] = [];
  let found = 0;
  const outbox = {
    expire: (...values: number[]) => {
      calls.push(values);
      return found;
    },
  } as unknown as Outbox;
  const guard = new OutboxGuard(outbox, log, 'virustotal');
  const expiry = new Expiry(guard, 7, { integration: anIntegration({ id: 'virustotal' }), log });

  const start = clock.now();
  expiry.run(clock);
  clock.tick(10 * MINUTE - 1);
  expiry.run(clock);
  expect(calls).toEqual([[7, start - DAY, start]]);
  expect(log.lines).toEqual([]);

  clock.tick(1);
  found = 3;
  expiry.run(clock);
  expect(calls).toHaveLength(2);
  expect(log.lines).toMatchObject([
    { level: 'error', fields: { integration: 'virustotal', count: 3 } },
  ]);
  expect(log.lines[0]?.fields['hint']).toContain('quota');
});
