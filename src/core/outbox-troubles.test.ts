import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { RecordingLog } from '../../test/support/recording-log.ts';
import { OutboxError } from './outbox-error.ts';
import { OutboxTroubles } from './outbox-troubles.ts';

const [FULL, BUSY, IO] = (['full', 'busy', 'io'] as const).map((trouble) =>
  OutboxError.about('It cannot be written', trouble),
) as [OutboxError, OutboxError, OutboxError];

let clock: FakeClock;
let log: RecordingLog;
let troubles: OutboxTroubles;
beforeEach(() => {
  clock = new FakeClock();
  log = new RecordingLog();
  troubles = new OutboxTroubles(clock, log);
});

describe('a trouble of the outbox', () => {
  it('is said once, however many meet it, and once when it is over', async () => {
    for (let lane = 0; lane < 500; lane += 1) troubles.failed(IO);
    await clock.advance(60_000);
    troubles.failed(IO);
    await clock.advance(2000);
    troubles.worked();
    expect(log.lines).toMatchObject([
      { level: 'error', message: 'outbox cannot be used', fields: { trouble: 'io' } },
      {
        level: 'info',
        message: 'outbox can be used again',
        fields: { seconds: 62, failures: 501 },
      },
    ]);
    expect(troubles.has()).toBe(false);
  });

  it('is not over while something still fails now and then', async () => {
    for (let round = 0; round < 20; round += 1) {
      troubles.failed(IO);
      await clock.advance(1000);
      troubles.worked();
    }
    expect(log.lines).toHaveLength(1);
    expect(troubles.isQuiet).toBe(false);
    await clock.advance(1000);
    expect(troubles.isQuiet).toBe(true);
  });

  it('is none where another process is done within two seconds', async () => {
    for (let round = 0; round < 100; round += 1) {
      troubles.failed(BUSY);
      await clock.advance(1500);
      troubles.failed(BUSY);
      troubles.worked();
    }
    expect(log.lines).toEqual([]);
    troubles.failed(BUSY);
    await clock.advance(2000);
    troubles.failed(BUSY);
    expect(log.with('outbox cannot be used')).toMatchObject([{ fields: { trouble: 'busy' } }]);
  });

  it('with the disk is over only when there is room, not when something small found some', async () => {
    troubles.failed(FULL);
    await clock.advance(60_000);
    troubles.worked();
    expect(troubles.has('full')).toBe(true);
    troubles.madeRoom();
    expect(troubles.has('full')).toBe(false);
    expect(log.with('outbox can be used again')).toHaveLength(1);
  });

  it('that comes and goes is said once a minute', async () => {
    for (let round = 0; round < 30; round += 1) {
      troubles.failed(FULL);
      await clock.advance(1000);
      troubles.madeRoom();
      await clock.advance(1000);
    }
    expect(log.lines.map(({ level }) => level)).toEqual(['error', 'info']);
    troubles.failed(FULL);
    await clock.advance(1000);
    expect(log.with('outbox cannot be used').map(({ fields }) => fields?.['suppressed'])).toEqual([
      0, 29,
    ]);
  });

  it('is said beside another one', () => {
    troubles.failed(FULL);
    troubles.failed(IO);
    expect(log.with('outbox cannot be used').map(({ fields }) => fields?.['trouble'])).toEqual([
      'full',
      'io',
    ]);
  });
});
