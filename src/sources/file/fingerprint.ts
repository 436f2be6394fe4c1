import { createHash } from 'node:crypto';
import type { Mark } from '../../core/checkpoint.ts';

/** How many first bytes of a file are remembered. An alert begins with its time: that is unique. */
export const HEAD_BYTES = 1024;

/** How many bytes before a position are hashed: longer than most alerts. */
export const TAIL_BYTES = 4096;

/** The hash under which bytes are remembered. */
export function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 32);
}

/**
 * Thins out marks, newest first, so that their distances from the newest grow by about four each:
 * some twenty of them suffice for any file. A file that lost its last N bytes is then read again
 * from a mark not further back than about 4 N from where reading stopped.
 */
export function thinOut(marks: readonly Mark[]): Mark[] {
  const newest = marks[0];
  if (newest === undefined) return [];
  const kept: Mark[] = [newest];
  for (const [index, mark] of marks.entries()) {
    if (index === 0) continue;
    const nearer = kept.at(-1) ?? newest;
    const further = marks[index + 1];
    const isNeeded =
      further === undefined || newest.offset - further.offset > 4 * (newest.offset - nearer.offset);
    if (isNeeded) kept.push(mark);
  }
  return kept;
}
