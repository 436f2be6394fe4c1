// Writes tar archives of which two are the same, bit for bit, when their contents are.
import { gzipSync } from 'node:zlib';
import { contentOf } from './tree.mjs';

const BLOCK = 512;
const TYPES = { file: '0', link: '2', directory: '5' };

/**
 * A tar archive, in the order given, everything root's.
 * @param entries {import('./tree.mjs').Entry[]}
 * @param seconds {number} the time of every file, since 1970
 * @returns {Buffer}
 */
export function tar(entries, seconds) {
  const parts = entries.flatMap((entry) => {
    const content = contentOf(entry);
    const path = entry.type === 'directory' ? `${entry.path}/` : entry.path;
    return [
      ...longNames(path, entry.target ?? '', seconds),
      header({ ...entry, path, size: content.length, seconds }),
      ...padded(content),
    ];
  });
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]);
}

/** Compressed as far as possible, without a time or name in it. */
export function gzip(content) {
  return gzipSync(content, { level: 9 });
}

function padded(content) {
  return [content, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)];
}

/** GNU tar's way, which dpkg takes too, for what has no room in a header. */
function longNames(path, target, seconds) {
  return [
    [path, 'L'],
    [target, 'K'],
  ].flatMap(([text, type]) => {
    const content = Buffer.from(`${text}\0`);
    if (content.length <= 100) return [];
    const entry = { path: '././@LongLink', type, mode: 0o644, size: content.length, seconds };
    return [header(entry), ...padded(content)];
  });
}

function header({ path, type, mode, target = '', size, seconds }) {
  const block = Buffer.alloc(BLOCK);
  const octal = (value, at, length) => {
    block.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'latin1');
  };
  Buffer.from(path).copy(block, 0, 0, 100);
  octal(mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(seconds, 136, 12);
  block.write('        ', 148, 'latin1');
  block.write(TYPES[type] ?? type, 156, 'latin1');
  Buffer.from(target).copy(block, 157, 0, 100);
  block.write('ustar  \0', 257, 'latin1');
  block.write('root', 265, 'latin1');
  block.write('root', 297, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}
