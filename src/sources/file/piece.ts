import type { FileError } from './files.ts';

/** What one read led to. */
export type Piece =
  /** Whole lines, only valid until the next read, and the offset of the first. */
  | { readonly kind: 'lines'; readonly bytes: Buffer; readonly offset: number }
  /** Part of a line; there may be more at once. */
  | { readonly kind: 'part' }
  /** Nothing more for now. */
  | { readonly kind: 'end' }
  /** What was read before is not there any more: the file was truncated or rewritten. */
  | { readonly kind: 'rewritten' }
  | { readonly kind: 'failed'; readonly trouble: FileError };
