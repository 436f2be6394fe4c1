import { z } from 'zod';
import type { Checkpoint } from '../../core/checkpoint.ts';

const bytes = z.int().nonnegative();
const hash = z.string();

const position = z.object({
  path: z.string(),
  archive: z.string().nullable(),
  device: z.string(),
  inode: z.string(),
  offset: bytes,
  head: z.object({ length: bytes, hash }),
  marks: z.array(z.object({ offset: bytes, length: bytes, hash })),
});

const checkpoint = z.object({
  version: z.literal(1),
  position,
  finished: z.array(position),
  takenAt: z.number(),
});

/** A stored checkpoint; undefined when it is invalid or of another version. */
export function parseCheckpoint(stored: unknown): Checkpoint | undefined {
  return checkpoint.safeParse(stored).data;
}
