import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../test/support/manual-clock.ts';
import { RecordingLog } from '../../../test/support/recording-log.ts';
import { PollTimer, type Watch } from './poll-timer.ts';

const PATH = '/alerts/alerts.json';
const forever = new AbortController().signal;

/** Notifications that a test sends itself. */
class FakeWatch {
  readonly open = new Map<string, (name: string | null) => void>();
  readonly failures: ((error: Error) => void)[] = [];

  readonly watch: Watch = (path, changed) => {
    this.open.set(path, changed);
    return {
      close: () => this.open.delete(path),
      on: (_event, listener) => this.failures.push(listener),
    };
  };
}

/** How long a pause is, as long as nothing happens. */
async function lengthOf(pause: Promise<void>, clock: ManualClock): Promise<number> {
  const before = clock.monotonic();
  while (clock.waiting > 0) clock.advance(1);
  await pause;
  return clock.monotonic() - before;
}

describe('pauses between looks', () => {
  it('grow from 25 to 250 milliseconds while nothing happens', async () => {
    const clock = new ManualClock();
    const waker = new PollTimer(clock, new RecordingLog(), PATH, new FakeWatch().watch);
    const lengths: number[] = [];
    for (let count = 0; count < 8; count += 1) {
      lengths.push(await lengthOf(waker.pause(forever), clock));
    }
    expect(lengths).toEqual([25, 40, 64, 103, 164, 250, 250, 250]);
    waker.hurry();
    expect(await lengthOf(waker.pause(forever), clock)).toBe(25);
  });

  it('end with a notification, also one that came before', async () => {
    const clock = new ManualClock();
    const fake = new FakeWatch();
    const waker = new PollTimer(clock, new RecordingLog(), PATH, fake.watch);
    waker.watch();
    const pause = waker.pause(forever);
    fake.open.get(PATH)?.('alerts.json');
    await pause;
    fake.open.get('/alerts')?.('alerts.json');
    await waker.pause(forever);
    expect(clock.monotonic()).toBe(0);
    expect(clock.waiting).toBe(0);
  });

  it('do not end because of other files', async () => {
    const clock = new ManualClock();
    const fake = new FakeWatch();
    const waker = new PollTimer(clock, new RecordingLog(), PATH, fake.watch);
    waker.watch();
    const pause = waker.pause(forever);
    fake.open.get('/alerts')?.('alerts.log');
    expect(await lengthOf(pause, clock)).toBe(25);
  });

  it('end when the signal aborts, and when it is closed', async () => {
    const clock = new ManualClock();
    const waker = new PollTimer(clock, new RecordingLog(), PATH, new FakeWatch().watch);
    const stop = new AbortController();
    const first = waker.pause(stop.signal);
    stop.abort();
    await first;
    const second = waker.pause(forever);
    waker.close();
    await second;
    await waker.pause(forever);
    expect(clock.monotonic()).toBe(0);
    expect(clock.waiting).toBe(0);
  });
});

describe('without notifications', () => {
  it('looks at intervals, and says so once', async () => {
    const clock = new ManualClock();
    const log = new RecordingLog();
    const waker = new PollTimer(clock, log, PATH, () => {
      throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    });
    waker.watch();
    waker.watch();
    expect(await lengthOf(waker.pause(forever), clock)).toBe(25);
    expect(log.with('no change notifications')).toMatchObject([{ fields: { reason: 'ENOSPC' } }]);
  });

  it('continues when they fail later', async () => {
    const clock = new ManualClock();
    const log = new RecordingLog();
    const fake = new FakeWatch();
    const waker = new PollTimer(clock, log, PATH, fake.watch);
    waker.watch();
    for (const fail of fake.failures) fail(new Error('gone'));
    expect(await lengthOf(waker.pause(forever), clock)).toBe(25);
    expect(log.with('no change notifications')).toHaveLength(1);
    expect(fake.open.size).toBe(0);
  });

  it('watches nothing any more once it is closed', () => {
    const fake = new FakeWatch();
    const waker = new PollTimer(new ManualClock(), new RecordingLog(), PATH, fake.watch);
    waker.watch();
    waker.close();
    waker.watch();
    expect(fake.open.size).toBe(0);
  });
});
