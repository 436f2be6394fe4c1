import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryFile } from '../../../test/support/faulty-files.ts';
import { FileError } from './files.ts';
import { GzipFile } from './gzip-file.ts';

/** Lines that compress no better than alerts. */
const text = Buffer.from(
  Array.from({ length: 20_000 }, (_, index) => `{"id":"${(index * 7919) % 100_003}"}\n`).join(''),
);
const compressed = gzipSync(text);

async function readAll(bytes: Buffer, from = 0): Promise<{ content: Buffer; file: GzipFile }> {
  const file = new GzipFile(new MemoryFile(bytes));
  const blocks: Buffer[] = [];
  for (let at = from; ; ) {
    const block = Buffer.alloc(100_000);
    const count = await file.read(block, at);
    if (count instanceof FileError) throw new Error(count.message);
    if (count === 0) break;
    blocks.push(block.subarray(0, count));
    at += count;
  }
  await file.close();
  return { content: Buffer.concat(blocks), file };
}

describe('a compressed file', () => {
  it('reads like its content', async () => {
    const { content, file } = await readAll(compressed);
    expect(content.equals(text)).toBe(true);
    expect(file.damage).toBeUndefined();
  });

  it('can be read from any place, also backwards', async () => {
    const file = new GzipFile(new MemoryFile(compressed));
    const place = fc.record({
      at: fc.nat(text.length + 100),
      length: fc.integer({ min: 1, max: 9000 }),
    });
    await fc.assert(
      fc.asyncProperty(place, async ({ at, length }) => {
        const target = Buffer.alloc(length);
        const count = await file.read(target, at);
        const expected = text.subarray(at, at + length);
        expect(count).toBe(expected.length);
        expect(target.subarray(0, expected.length).equals(expected)).toBe(true);
      }),
      { numRuns: 40 },
    );
    await file.close();
  });

  it('may consist of several parts', async () => {
    const { content, file } = await readAll(Buffer.concat([compressed, gzipSync('more\n')]));
    expect(content.equals(Buffer.concat([text, Buffer.from('more\n')]))).toBe(true);
    expect(file.damage).toBeUndefined();
  });

  it('hands on what goes wrong below, and continues afterwards', async () => {
    const below = new MemoryFile(compressed);
    const file = new GzipFile(below);
    const target = Buffer.alloc(1000);
    expect(await file.read(target, 0)).toBe(1000);
    below.trouble = new FileError('EIO', 'input/output error');
    expect(await file.read(Buffer.alloc(text.length), 1000)).toBe(below.trouble);
    below.trouble = undefined;
    expect(await file.read(target, 1000)).toBe(1000);
    expect(target.equals(text.subarray(1000, 2000))).toBe(true);
    await file.close();
  });
});

describe('a damaged compressed file', () => {
  it('gives everything up to where it breaks off', async () => {
    const { content, file } = await readAll(compressed.subarray(0, 30_000));
    expect(content.length).toBeGreaterThan(100_000);
    expect(content.equals(text.subarray(0, content.length))).toBe(true);
    expect(file.damage).toEqual({
      message: 'unexpected end of file',
      compressedOffset: 30_000,
      compressedSize: 30_000,
    });
  });

  it('gives everything up to a place that makes no sense', async () => {
    const broken = Buffer.from(compressed);
    // A block of a type that does not exist.
    const whole = gzipSync(text.subarray(0, 50_000));
    const stored = Buffer.concat([whole.subarray(0, -8), Buffer.alloc(10, 0xff)]);
    const { content } = await readAll(stored);
    expect(content.equals(text.subarray(0, 50_000))).toBe(true);
    broken.fill(0xff, 20_000, 20_100);
    const { content: part, file } = await readAll(broken);
    expect(part.subarray(0, 60_000).equals(text.subarray(0, 60_000))).toBe(true);
    expect(file.damage).toMatchObject({ compressedSize: compressed.length });
  });

  it('is nothing when it is no compressed file at all', async () => {
    const { content, file } = await readAll(Buffer.from('{"id":"1"}\n'));
    expect(content).toHaveLength(0);
    expect(file.damage).toMatchObject({ message: 'incorrect header check' });
    expect((await readAll(Buffer.alloc(0))).file.damage).toBeDefined();
  });

  it('is reported also when only its checksum is wrong', async () => {
    const broken = Buffer.from(compressed);
    broken[broken.length - 8] = (broken[broken.length - 8] ?? 0) ^ 1;
    const { content, file } = await readAll(broken);
    expect(content.equals(text)).toBe(true);
    expect(file.damage).toMatchObject({ message: 'incorrect data check' });
  });
});
