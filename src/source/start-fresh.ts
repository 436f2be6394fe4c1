import type { FilePosition } from '../core/checkpoint.ts';
import { openLive, type SourceContext } from './context.ts';
import { TAIL_BYTES } from './excerpt.ts';
import { type Facts, FileTrouble } from './files.ts';
import type { NextFile } from './itinerary.ts';
import { lastLineStart, placeIn } from './match.ts';

/** The position of someone who never saw a file: whatever comes is read from its beginning. */
export function nowhere(path: string): FilePosition {
  return {
    path,
    archive: null,
    device: '',
    inode: '',
    offset: 0,
    head: { length: 0, hash: '' },
    marks: [],
  };
}

/**
 * Opens the live file for the first time: at its beginning, or at its end, but there at the
 * beginning of a line, so that a line that is just being written is not lost.
 *
 * @param seen What was known of the file when reading was to start, if it could not be opened then.
 */
export async function startFresh(
  context: SourceContext,
  fromStart: boolean,
  seen: Facts,
): Promise<NextFile | undefined> {
  const live = await openLive(context);
  if (live === undefined) return undefined;
  const { file, facts } = live;
  const size = facts.inode === seen.inode ? Math.min(seen.size, facts.size) : 0;
  const offset = fromStart ? 0 : await lastLineStart(file, size, context.maxLineBytes);
  const place =
    offset instanceof FileTrouble ? offset : await placeIn(file, offset, TAIL_BYTES, []);
  if (place instanceof FileTrouble) {
    context.troubles.raise('unopenable', { path: context.path, code: place.code });
    await file.close();
    return undefined;
  }
  const archive = await context.locator.nameOf(facts);
  return { ...live, path: context.path, archive, start: { kind: 'different', place } };
}
