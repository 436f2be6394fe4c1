import type { FileError } from './files.ts';
import type { ReadPosition } from './read-position.ts';

/** Whole lines, only valid until the next read. */
export interface Lines {
  readonly bytes: Buffer;
  /** The place of the first. */
  readonly before: ReadPosition;
}

/** What one read led to. */
export type Piece =
  | ({ readonly kind: 'lines' } & Lines)
  /** Part of a line; there may be more at once. */
  | { readonly kind: 'part' }
  /** Nothing more for now. */
  | { readonly kind: 'end' }
  /** What was read before is not there any more: the file was truncated or rewritten. */
  | { readonly kind: 'rewritten' }
  | { readonly kind: 'failed'; readonly trouble: FileError };

/** A line that is longer than anyone wants, and was skipped. */
export interface OverlongLine {
  readonly offset: number;
  readonly bytes: number;
}
