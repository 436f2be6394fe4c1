import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { inOrder, type RecordSink } from './in-order.ts';

const START = Date.UTC(2026, 7, 20);
const MINUTE = 60_000;

/** Notes what comes. Records with an odd number concern nobody. */
class Notes implements RecordSink {
  readonly seen: { number: number; time: number }[] = [];
  readonly passed: number[] = [];

  record(bytes: Buffer, start: number, end: number, time: number): void {
    const number = numberOf(bytes, start, end);
    if (number % 2 === 1) this.passed.push(number);
    else this.seen.push({ number, time });
  }

  pass(bytes: Buffer, start: number, end: number): void {
    this.passed.push(numberOf(bytes, start, end));
  }

  concerns(bytes: Buffer, start: number, end: number): boolean {
    return numberOf(bytes, start, end) % 2 === 0;
  }
}

function numberOf(bytes: Buffer, start: number, end: number): number {
  return Number(/"number":(\d+)/.exec(bytes.toString('utf8', start, end))?.[1]);
}

function batches(minutes: readonly number[], perBatch: number): Buffer[] {
  const lines = minutes.map((minute, number) => {
    const timestamp = new Date(START + minute * MINUTE).toISOString();
    return `{"timestamp":"${timestamp}","number":${number}}\n`;
  });
  const found: Buffer[] = [];
  while (lines.length > 0) found.push(Buffer.from(lines.splice(0, perBatch).join('')));
  return found;
}

it('gives everything once, in order, with a memory for a part of it', async () => {
  const minutes = fc.array(fc.nat(50), { maxLength: 60 });
  const sizes = fc.record({ perBatch: fc.integer({ min: 1, max: 9 }), most: fc.nat(1000) });
  await fc.assert(
    fc.asyncProperty(minutes, sizes, async (times, { perBatch, most }) => {
      const read = async function* () {
        for (const bytes of batches(times, perBatch)) yield { bytes: Buffer.from(bytes) };
      };
      const { sink, passes } = await inOrder(read, () => new Notes(), START, most);
      const expected = times
        .map((minute, number) => ({ number, time: START + minute * MINUTE }))
        .filter(({ number }) => number % 2 === 0)
        .toSorted((a, b) => a.time - b.time);
      const isInOrder = times.every((time, at) => time + 1 >= Math.max(...times.slice(0, at + 1)));
      expect(passes === 1).toBe(isInOrder);
      // What is late by a minute at most comes as it came.
      const seen = isInOrder ? sink.seen.toSorted((a, b) => a.time - b.time) : sink.seen;
      expect(seen).toEqual(expected);
      expect(sink.passed).toEqual(times.map((_, number) => number).filter((n) => n % 2 === 1));
    }),
  );
});

it('sorts in as many parts as fit into the memory', async () => {
  const times = [3, 1, 2, 0, 9, 8, 7, 6].flatMap((minute) => [minute * 2, minute * 2]);
  const [bytes] = batches(times, 100);
  const read = async function* () {
    yield { bytes: bytes as Buffer };
  };
  const one = await inOrder(read, () => new Notes(), START);
  expect(one.passes).toBe(3);
  const many = await inOrder(read, () => new Notes(), START, 150);
  expect(many.passes).toBe(6);
  expect(many.sink.seen).toEqual(one.sink.seen);
});
