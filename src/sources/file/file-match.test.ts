import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryFile } from '../../../test/support/faulty-files.ts';
import { commonLines, hasLine, lastLineStart, matchFile } from './file-match.ts';
import { HEAD_BYTES, TAIL_BYTES, thinOut } from './fingerprint.ts';
import { BEGINNING, ReadPosition } from './read-position.ts';

/** A file of numbered lines. */
function numbered(from: number, to: number, bytes = 20): string {
  let text = '';
  for (let number = from; number <= to; number += 1) {
    text += `${String(number).padEnd(bytes - 1, '.')}\n`;
  }
  return text;
}

/** The trail of someone who read a text, in pieces of so many bytes. */
function trailOf(text: string, piece: number): ReadPosition {
  const trail = new ReadPosition(BEGINNING);
  for (let at = 0; at < text.length; at += piece) {
    trail.consume(Buffer.from(text.slice(at, at + piece)));
    trail.mark();
  }
  return trail;
}

describe('recognising a file', () => {
  const text = numbered(1, 1000);
  const position = trailOf(text, 200).toPosition();

  it('says that it is the same when it holds all that was read', async () => {
    for (const content of [text, text + numbered(1001, 1100)]) {
      const match = await matchFile(new MemoryFile(content), position);
      expect(match).toMatchObject({ kind: 'same', place: { offset: text.length } });
    }
  });

  it('can continue from the place it gives', async () => {
    const match = await matchFile(new MemoryFile(text), position);
    if (!('place' in match)) throw new Error('it was not recognised');
    const trail = new ReadPosition(match.place);
    const read = trailOf(text, 200);
    expect(trail.toPosition()).toEqual(read.toPosition());
    expect(trail.tail).toEqual(read.tail);
    expect(trail.head).toEqual(read.head);
  });

  it('says that it is another when its first bytes differ', async () => {
    const other = new MemoryFile(numbered(2, 2000));
    expect(await matchFile(other, position)).toEqual({ kind: 'different' });
  });

  it('finds a place near the end of a file that was cut', async () => {
    for (const lost of [20, 400, 2000, 10_000]) {
      const match = await matchFile(new MemoryFile(text.slice(0, -lost)), position);
      if (!('place' in match)) throw new Error('it was not recognised');
      expect(match.kind).toBe('earlier');
      expect(match.place.offset).toBeLessThanOrEqual(text.length - lost);
      expect(match.place.offset).toBeGreaterThanOrEqual(text.length - 5 * lost - 400);
    }
  });

  it('finds a place before the part that was changed', async () => {
    const changed = text.slice(0, 15_000) + numbered(5000, 6000);
    const match = await matchFile(new MemoryFile(changed), position);
    if (!('place' in match)) throw new Error('it was not recognised');
    expect(match.kind).toBe('earlier');
    expect(match.place.offset).toBeLessThanOrEqual(15_000);
    expect(match.place.offset).toBeGreaterThan(0);
  });

  it('starts again when no place can be trusted', async () => {
    const changed = text.slice(0, HEAD_BYTES) + numbered(5000, 9000);
    const few = { ...position, marks: position.marks.slice(0, 2) };
    const match = await matchFile(new MemoryFile(changed), few);
    expect(match).toEqual({ kind: 'earlier', place: BEGINNING });
  });

  it('cannot tell from less than the first bytes', async () => {
    const few = { ...position, marks: position.marks.slice(0, 1) };
    const short = new MemoryFile(text.slice(0, 500));
    const other = new MemoryFile(numbered(7, 20));
    const head = Buffer.from(text.slice(0, HEAD_BYTES));
    expect(await matchFile(short, few)).toEqual({ kind: 'unclear' });
    expect(await matchFile(new MemoryFile(''), few)).toEqual({ kind: 'unclear' });
    expect(await matchFile(other, few)).toEqual({ kind: 'unclear' });
    expect(await matchFile(short, few, head)).toEqual({ kind: 'earlier', place: BEGINNING });
    expect(await matchFile(other, few, head)).toEqual({ kind: 'different' });
  });

  it('does not continue in the middle of a line', async () => {
    const trail = trailOf(text, 200);
    trail.consume(Buffer.from('half'));
    trail.mark();
    const half = trail.toPosition();
    const same = await matchFile(new MemoryFile(`${text}half`), half);
    expect(same).toMatchObject({ kind: 'same', place: { offset: text.length + 4 } });
    const longer = await matchFile(new MemoryFile(`${text}half a line\n`), half);
    expect(longer).toMatchObject({ kind: 'earlier', place: { offset: text.length } });
  });

  it('takes every file for another one when nothing had been read', async () => {
    const nothing = new ReadPosition(BEGINNING).toPosition();
    expect(await matchFile(new MemoryFile(text), nothing)).toEqual({ kind: 'different' });
  });

  it('is not deceived by lines of equal length and equal ends', async () => {
    // Alerts of one kind: they differ in their time, at the beginning, and in nothing else.
    const end = 'x'.repeat(1000);
    const alerts = (from: number) =>
      Array.from({ length: 20 }, (_, index) => `${from + index} ${end}\n`).join('');
    const read = trailOf(alerts(100), 5020).toPosition();
    const regrown = new MemoryFile(alerts(100).slice(0, 5020) + alerts(500));
    expect(await matchFile(regrown, read)).toMatchObject({ kind: 'earlier' });
  });
});

describe('marks', () => {
  it('stay few, and near enough to each place', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 10_000_000 }), { minLength: 1 }), (steps) => {
        let marks: { offset: number; length: number; hash: string }[] = [];
        const places: number[] = [];
        let offset = 0;
        for (const step of steps) {
          offset += step;
          places.push(offset);
          marks = thinOut([{ offset, length: 0, hash: '' }, ...marks]);
        }
        expect(marks[0]?.offset).toBe(offset);
        expect(marks.length).toBeLessThan(30);
        const furthest = places.map((place) => {
          // Someone who lost everything behind `place` goes back to the mark before it.
          const back = marks.find((mark) => mark.offset <= place);
          return offset - (back?.offset ?? Number.NaN) - 4 * (offset - place);
        });
        expect(Math.max(...furthest)).toBeLessThanOrEqual(0);
      }),
    );
  });
});

describe('comparing two files', () => {
  it('finds the last line that begins in their equal part', async () => {
    const a = new MemoryFile(numbered(1, 9000));
    const end = a.bytes.length;
    expect(await commonLines(a, a, 0, end)).toBe(end);
    const cut = new MemoryFile(numbered(1, 5000));
    expect(await commonLines(a, cut, 0, end)).toBe(100_000);
    const changed = new MemoryFile(`${numbered(1, 5000)}5001 but other\n`);
    expect(await commonLines(a, changed, 0, end)).toBe(100_000);
    expect(await commonLines(a, changed, 20, 40)).toBe(40);
    expect(await commonLines(a, new MemoryFile('1...'), 0, end)).toBe(0);
  });
});

describe('finding lines', () => {
  it('finds the beginning of the last one', async () => {
    const file = new MemoryFile(`one\n${'x'.repeat(200_000)}`);
    expect(await lastLineStart(file, 4, 1_000_000)).toBe(4);
    expect(await lastLineStart(file, 3, 1_000_000)).toBe(0);
    expect(await lastLineStart(file, 200_004, 1_000_000)).toBe(4);
    expect(await lastLineStart(file, 0, 1_000_000)).toBe(0);
  });

  it('stays within a line that is too long anyway', async () => {
    const file = new MemoryFile(`one\n${'x'.repeat(200_000)}`);
    expect(await lastLineStart(file, 200_004, 1000)).toBe(199_003);
  });

  it('says whether there is one', async () => {
    const file = new MemoryFile(`one\n${'x'.repeat(200_000)}\n`);
    expect(await hasLine(file, 0, 1_000_000)).toBe(true);
    expect(await hasLine(file, 4, 1_000_000)).toBe(true);
    expect(await hasLine(file, 200_005, 1_000_000)).toBe(false);
    expect(await hasLine(new MemoryFile('x'.repeat(5000)), 0, 1_000_000)).toBe(false);
    expect(await hasLine(new MemoryFile('x'.repeat(200_000)), 0, 1000)).toBe(true);
  });
});

it('remembers no more of a file than it needs', () => {
  const trail = trailOf(numbered(1, 10_000), 5000);
  expect(trail.head.length).toBe(HEAD_BYTES);
  expect(trail.tail.length).toBe(TAIL_BYTES);
  expect(JSON.stringify(trail.toPosition()).length).toBeLessThan(2500);
});
