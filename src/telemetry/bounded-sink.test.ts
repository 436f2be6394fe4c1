import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { BoundedSink, type LostLines, type Output, type Written } from './bounded-sink.ts';

/** A place with so much room. It answers at once, or, when it is slow, as soon as it is told to. */
class FakeOutput implements Output {
  text = '';
  room = Number.POSITIVE_INFINITY;
  problem = 'EAGAIN';
  isSlow = false;
  attempts = 0;
  answer: () => void = () => {};

  write(bytes: Buffer, done: (written: Written) => void): void {
    this.attempts += 1;
    const fits = Math.min(this.room, bytes.length);
    this.room -= fits;
    this.text += bytes.subarray(0, fits).toString();
    const written =
      fits === bytes.length ? { bytes: fits } : { bytes: fits, problem: this.problem };
    this.answer = () => done(written);
    if (!this.isSlow) this.answer();
  }
}

let clock: FakeClock;
let output: FakeOutput;
let sink: BoundedSink;
let lost: LostLines[];
beforeEach(() => {
  clock = new FakeClock();
  output = new FakeOutput();
  sink = new BoundedSink(output, clock);
  lost = [];
  sink.onRecovered = (lines) => {
    lost.push(lines);
    sink.write(`lost ${lines.count}\n`);
  };
});

const LINE = `${'x'.repeat(1023)}\n`;

/** One more than fit, while nothing can be written. */
function overflow(): void {
  for (let line = 0; line <= 1024; line += 1) sink.write(LINE);
}

describe('lines', () => {
  it('are written at once where there is room', () => {
    sink.write('a\n');
    sink.write('b\n');
    expect(output.text).toBe('a\nb\n');
    expect(clock.timers).toBe(0);
  });

  it('wait for a reader that is behind, and go on where they were cut', () => {
    output.room = 3;
    sink.write('one\n');
    sink.write('two\n');
    expect(output.text).toBe('one');
    output.room = 100;
    clock.tick(20);
    expect(output.text).toBe('one\ntwo\n');
    expect(lost).toEqual([]);
  });

  it('wait for a second where a disk is full or a pipe has no reader, without trying for each', () => {
    output.room = 0;
    output.problem = 'ENOSPC';
    for (let line = 0; line < 100; line += 1) sink.write('a\n');
    expect(output.attempts).toBe(1);
    clock.tick(999);
    expect(output.attempts).toBe(1);
    output.room = 1000;
    clock.tick(1);
    expect(output.text).toBe('a\n'.repeat(100));
  });

  it('are collected while a write is under way', () => {
    output.isSlow = true;
    for (const line of ['a\n', 'b\n', 'c\n']) sink.write(line);
    expect(output.text).toBe('a\n');
    output.answer();
    expect(output.text).toBe('a\nb\nc\n');
  });

  it('are lost beyond a mebibyte, which is said, with the reason, when they can be written again', () => {
    output.room = 0;
    output.problem = 'ENOSPC';
    const since = clock.now();
    overflow();
    clock.tick(10_000);
    overflow();
    expect(lost).toEqual([]);
    output.room = Number.POSITIVE_INFINITY;
    clock.tick(1000);
    expect(lost).toEqual([{ count: 1 + 1025, since, reason: 'ENOSPC' }]);
    expect(output.text).toBe(`${LINE.repeat(1024)}lost 1026\n`);
    sink.write('later\n');
    expect(lost).toHaveLength(1);
  });

  it('are lost as well where a write does not come back', () => {
    output.isSlow = true;
    overflow();
    output.isSlow = false;
    output.answer();
    expect(lost).toMatchObject([{ count: 1, reason: 'SLOW' }]);
  });

  it('of any length do no harm', () => {
    sink.write('x'.repeat(2 ** 20 + 1));
    sink.write('a\n');
    expect(output.text).toBe('a\nlost 1\n');
  });
});

describe('the end', () => {
  it('waits for a reader that is behind, for as long as it may', async () => {
    output.room = 0;
    sink.write('a\n');
    let isOver = false;
    void sink.close(1000).then(() => {
      isOver = true;
    });
    await clock.advance(999);
    expect(isOver).toBe(false);
    await clock.advance(1);
    expect(isOver).toBe(true);
    expect(clock.timers).toBe(0);
  });

  it('comes as soon as everything is written', async () => {
    output.room = 0;
    sink.write('a\n');
    const closed = sink.close(1000);
    output.room = 10;
    clock.tick(20);
    await closed;
    expect(output.text).toBe('a\n');
  });

  it('waits for a write that is under way', async () => {
    output.isSlow = true;
    sink.write('a\n');
    sink.write('b\n');
    const closed = sink.close(1000);
    output.answer();
    output.answer();
    await closed;
    expect(output.text).toBe('a\nb\n');
  });

  it('does not wait for a disk to be freed, nor for a reader to come back', async () => {
    output.room = 0;
    output.problem = 'EPIPE';
    sink.write('a\n');
    await sink.close(1000);
    expect(output.attempts).toBe(2);
    expect(clock.timers).toBe(0);
  });
});
