import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import { MemoryFile } from '../../../test/support/faulty-files.ts';
import { FileError } from './files.ts';
import { LineReader, type OverlongLine } from './line-reader.ts';
import type { Piece } from './piece.ts';
import { BEGINNING, ReadPosition } from './read-position.ts';

interface Opened {
  readonly file: MemoryFile;
  readonly reader: LineReader;
  readonly overlong: OverlongLine[];
}

function open(content: string, maxLineBytes = 100): Opened {
  const file = new MemoryFile(content);
  const overlong: OverlongLine[] = [];
  const reader = new LineReader(file, new ReadPosition(BEGINNING), file.bytes.length, {
    maxLineBytes,
    mayChange: true,
    clock: new FakeClock(),
    onOverlong: (line) => overlong.push(line),
  });
  return { file, reader, overlong };
}

/** Reads until there is nothing more. */
async function readAll({ reader }: Opened): Promise<{ lines: string; last: Piece }> {
  let lines = '';
  for (;;) {
    const piece = await reader.read();
    if (piece.kind === 'lines') {
      const isInPlace = piece.offset === reader.trail.offset - piece.bytes.length;
      lines += isInPlace ? piece.bytes.toString() : 'not where it says';
    } else if (piece.kind !== 'part') {
      return { lines, last: piece };
    }
  }
}

describe('reading lines', () => {
  it('hands out whole lines, and the rest once its newline is there', async () => {
    const opened = open('one\ntwo\nthr');
    expect(await readAll(opened)).toEqual({ lines: 'one\ntwo\n', last: { kind: 'end' } });
    expect(opened.reader.pending).toBe(3);
    opened.file.append('ee\n');
    expect((await readAll(opened)).lines).toBe('three\n');
    expect(opened.reader.pending).toBe(0);
  });

  it('hands out empty lines', async () => {
    expect((await readAll(open('\n\na\n\n'))).lines).toBe('\n\na\n\n');
  });

  it('hands out a line of exactly the longest length, and skips a longer one', async () => {
    const fits = 'x'.repeat(100);
    const opened = open(`a\n${fits}\n${fits}y\nb\n`);
    expect((await readAll(opened)).lines).toBe(`a\n${fits}\nb\n`);
    expect(opened.overlong).toEqual([{ offset: 103, bytes: 101 }]);
    expect(opened.reader.trail.offset).toBe(opened.file.bytes.length);
  });

  it('skips an overlong line that grows bit by bit', async () => {
    const opened = open('a\n');
    await readAll(opened);
    for (let count = 0; count < 50; count += 1) {
      opened.file.append('x'.repeat(33));
      expect((await readAll(opened)).lines).toBe('');
    }
    expect(opened.reader.pending).toBe(1650);
    expect(opened.reader.trail.offset).toBe(2);
    opened.file.append('\nb\n');
    expect((await readAll(opened)).lines).toBe('b\n');
    expect(opened.overlong).toEqual([{ offset: 2, bytes: 1650 }]);
  });

  it('hands out the last line without its newline when told to', async () => {
    const opened = open('one\ntw');
    await readAll(opened);
    expect(opened.reader.takeUnterminated()).toEqual({ bytes: Buffer.from('tw\n'), offset: 4 });
    expect(opened.reader.takeUnterminated()).toBeUndefined();
    expect(opened.reader.trail.offset).toBe(6);
  });

  it('does not hand out the last line when it is too long', async () => {
    const opened = open(`one\n${'x'.repeat(200)}`);
    await readAll(opened);
    expect(opened.reader.takeUnterminated()).toBeUndefined();
    expect(opened.overlong).toEqual([{ offset: 4, bytes: 200 }]);
    expect(opened.reader.trail.offset).toBe(204);
  });

  it('finds the same lines, however long they are and however they come', async () => {
    const texts = fc.array(
      fc.oneof(fc.nat({ max: 30 }), fc.integer({ min: 90, max: 110 }), fc.nat({ max: 500 })),
      { maxLength: 20 },
    );
    const cuts = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(texts, cuts, async (lengths, cuts) => {
        const lines = lengths.map((length, index) => String(index % 10).repeat(length));
        const text = lines.map((line) => `${line}\n`).join('');
        const opened = open('');
        let read = '';
        for (let at = 0, cut = 0; at < text.length; cut += 1) {
          const length = cuts[cut % cuts.length] ?? 1;
          opened.file.append(text.slice(at, at + length));
          at += length;
          read += (await readAll(opened)).lines;
        }
        const expected = lines.filter((line) => line.length <= 100);
        expect(read).toBe(expected.map((line) => `${line}\n`).join(''));
        expect(opened.overlong).toHaveLength(lines.length - expected.length);
      }),
      { numRuns: 200 },
    );
  });
});

describe('a file that is rewritten', () => {
  it('is noticed when it is shorter', async () => {
    const opened = open('one\ntwo\n');
    await readAll(opened);
    opened.file.replace('one\n');
    expect((await readAll(opened)).last).toEqual({ kind: 'rewritten' });
  });

  it('is noticed when it is longer', async () => {
    const opened = open('one\ntwo\n');
    await readAll(opened);
    opened.file.replace('three\nfour\nfive\n');
    expect(await readAll(opened)).toEqual({ lines: '', last: { kind: 'rewritten' } });
  });

  it('is noticed when it is as long as before', async () => {
    const opened = open('one\ntwo\n');
    await readAll(opened);
    opened.file.replace('1ne\ntwo\n');
    expect((await readAll(opened)).last).toEqual({ kind: 'rewritten' });
  });

  it('is noticed when only a line without its newline differs', async () => {
    const opened = open('one\ntw');
    await readAll(opened);
    opened.file.replace('one\nthree\n');
    expect((await readAll(opened)).last).toEqual({ kind: 'rewritten' });
  });

  it('is noticed within an overlong line', async () => {
    const opened = open(`one\n${'x'.repeat(300)}`);
    await readAll(opened);
    opened.file.replace(`one\n${'y'.repeat(300)}\n`);
    expect((await readAll(opened)).last).toEqual({ kind: 'rewritten' });
  });

  it('is not confused with one that is only touched', async () => {
    const opened = open('one\ntwo\n');
    await readAll(opened);
    opened.file.replace('one\ntwo\n');
    expect((await readAll(opened)).last).toEqual({ kind: 'end' });
  });

  it('is not looked at again while size and time are the same', async () => {
    const opened = open('one\ntwo\nthr');
    await readAll(opened);
    expect(opened.reader.isUnchanged({ size: 11, modified: 1 })).toBe(true);
    expect(opened.reader.isUnchanged({ size: 12, modified: 1 })).toBe(false);
    expect(opened.reader.isUnchanged({ size: 11, modified: 2 })).toBe(false);
  });
});

describe('reading ahead', () => {
  /** Four lines of 40 bytes: the reader reads 100 bytes at a time, so two of them. */
  const lines = ['a', 'b', 'c', 'd'].map((letter) => `${letter.repeat(39)}\n`);

  it('begins when there is more, and claims nothing of it', async () => {
    const opened = open(lines.join(''));
    const first = await opened.reader.read();
    expect(opened.reader.isAhead).toBe(true);
    expect(opened.reader.trail.offset).toBe(80);
    expect(opened.reader.pending).toBe(20);
    await opened.reader.settle();
    expect(first.kind === 'lines' && first.bytes.toString()).toBe(lines.slice(0, 2).join(''));
    expect(opened.reader.trail.offset).toBe(80);
    expect(await readAll(opened)).toEqual({
      lines: lines.slice(2).join(''),
      last: { kind: 'end' },
    });
    expect(opened.reader.isAhead).toBe(false);
  });

  it('does not begin at the end of the file', async () => {
    const opened = open(lines.slice(0, 2).join(''));
    expect((await opened.reader.read()).kind).toBe('lines');
    expect(opened.reader.isAhead).toBe(false);
  });

  it('hands out nothing of a file that was rewritten meanwhile', async () => {
    const opened = open(lines.join(''));
    await opened.reader.read();
    await opened.reader.settle();
    opened.file.replace(lines.toReversed().join(''));
    expect(await readAll(opened)).toEqual({ lines: '', last: { kind: 'rewritten' } });
    expect(opened.reader.trail.offset).toBe(80);
  });

  it('takes no end for final that was read ahead', async () => {
    const opened = open('x'.repeat(99).concat('\n'));
    expect((await opened.reader.read()).kind).toBe('lines');
    await opened.reader.settle();
    opened.file.append('more\n');
    expect(await opened.reader.read()).toEqual({ kind: 'part' });
    expect((await readAll(opened)).lines).toBe('more\n');
  });

  it('never passes for unchanged while it has something, nor by what was noted before that', async () => {
    const opened = open(lines.join(''));
    await opened.reader.read();
    expect(opened.reader.isUnchanged({ size: 100, modified: 1 })).toBe(false);
    await opened.reader.read();
    expect(opened.reader.isUnchanged({ size: 160, modified: 2 })).toBe(false);
  });

  it('reads again what could not be read or checked', async () => {
    const opened = open(lines.join(''));
    await opened.reader.read();
    await opened.reader.settle();
    opened.file.trouble = new FileError('EIO', 'input/output error');
    expect((await opened.reader.read()).kind).toBe('failed');
    expect((await opened.reader.read()).kind).toBe('failed');
    opened.file.trouble = undefined;
    expect((await readAll(opened)).lines).toBe(lines.slice(2).join(''));
  });
});

it('reads on at the same place after a read error', async () => {
  const opened = open('one\ntwo\n');
  opened.file.trouble = new FileError('EIO', 'input/output error');
  expect((await readAll(opened)).last).toMatchObject({ kind: 'failed', trouble: { code: 'EIO' } });
  opened.file.trouble = undefined;
  expect((await readAll(opened)).lines).toBe('one\ntwo\n');
});

it('needs no more memory than the longest line allowed', async () => {
  const megabyte = 2 ** 20;
  const file = new MemoryFile('');
  const line = Buffer.alloc(4 * megabyte, 'x');
  let size = 40 * megabyte;
  file.facts = async () => ({ device: '1', inode: '1', size, modified: size, isRegular: true });
  let largest = 0;
  file.read = async (target, at) => {
    largest = Math.max(largest, target.buffer.byteLength);
    return line.copy(target, 0, 0, Math.min(target.length, size - at));
  };
  const reader = new LineReader(file, new ReadPosition(BEGINNING), size, {
    maxLineBytes: 8 * megabyte,
    mayChange: true,
    clock: new FakeClock(),
    onOverlong() {},
  });
  let piece = await reader.read();
  while (piece.kind === 'part') piece = await reader.read();
  expect(piece.kind).toBe('end');
  expect(reader.pending).toBe(size);
  expect(largest).toBeGreaterThan(8 * megabyte);
  expect(largest).toBeLessThanOrEqual(9 * megabyte);
  size = 41 * megabyte;
  expect((await reader.read()).kind).toBe('part');
});
