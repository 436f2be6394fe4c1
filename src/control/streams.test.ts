import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { beforeEach, expect, it } from 'vitest';
import { Streams, type Subscribe } from './streams.ts';

/** A reader who takes what is written when told to. */
class Reader extends EventEmitter {
  writableLength = 0;
  readonly lines: unknown[] = [];
  writeHead(): void {}
  flushHeaders(): void {}
  write(text: string): void {
    this.lines.push(JSON.parse(text));
    this.writableLength += text.length;
  }
  read(): void {
    this.writableLength = 0;
    this.emit('drain');
  }
}

let tell: (value: unknown) => void;
let ended: number;
const subscribe: Subscribe = (its) => {
  tell = its;
  return () => (ended += 1);
};
const open = (streams: Streams, reader: Reader) =>
  streams.open(reader as unknown as ServerResponse, subscribe);
beforeEach(() => {
  ended = 0;
});

it('a slow reader loses lines, and is told how many before the next', () => {
  const reader = new Reader();
  open(new Streams(), reader);
  const large = { text: 'x'.repeat(2 ** 18) };
  tell(large);
  tell({ n: 1 });
  tell({ n: 2 });
  expect(reader.lines).toEqual([large]);
  reader.read();
  tell({ n: 3 });
  expect(reader.lines.slice(1)).toEqual([{ event: 'lost', count: 2 }, { n: 3 }]);
});

it('only four look on at a time, and one that leaves makes room', () => {
  const streams = new Streams();
  const readers = Array.from({ length: 5 }, () => new Reader());
  expect(readers.map((reader) => open(streams, reader))).toEqual([true, true, true, true, false]);
  readers[0]?.emit('close');
  expect(ended).toBe(1);
  expect(open(streams, new Reader())).toBe(true);
});
