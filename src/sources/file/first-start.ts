import { endOfWholeAlerts, isTextLog } from '../../alert/record-framing.ts';
import type { FilePosition } from '../../core/checkpoint.ts';
import { openLive, type SourceContext } from './context.ts';
import { lastLineStart, placeIn, readAt } from './file-match.ts';
import { FileError, type FileStat, type Readable } from './files.ts';
import { HEAD_BYTES, TAIL_BYTES } from './fingerprint.ts';
import type { NextFile } from './read-plan.ts';

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
 * beginning of an alert, so that one that is just being written is not lost.
 *
 * @param seen What was known of the file when reading was to start, if it could not be opened then.
 */
export async function startFresh(
  context: SourceContext,
  fromStart: boolean,
  seen: FileStat,
): Promise<NextFile | undefined> {
  const live = await openLive(context);
  if (live === undefined) return undefined;
  const { file, facts } = live;
  const size = facts.inode === seen.inode ? Math.min(seen.size, facts.size) : 0;
  const offset = fromStart ? 0 : await lastAlertStart(file, size, context.maxLineBytes);
  const place = offset instanceof FileError ? offset : await placeIn(file, offset, TAIL_BYTES, []);
  if (place instanceof FileError) {
    context.health.report('unopenable', { path: context.path, code: place.code });
    await file.close();
    return undefined;
  }
  const archive = await context.locator.nameOf(facts);
  return { ...live, path: context.path, archive, start: { kind: 'different', place } };
}

/** How far back an unfinished text alert is searched for, in bytes. */
const LOOK_BACK_BYTES = 2 ** 20;

/**
 * The beginning of the alert that the first `size` bytes of a file end in: of its last line, see
 * {@link lastLineStart}, or of its last text alert when that is not whole.
 */
async function lastAlertStart(
  file: Readable,
  size: number,
  longest: number,
): Promise<number | FileError> {
  const line = await lastLineStart(file, size, longest);
  if (line instanceof FileError) return line;
  const head = await readAt(file, 0, Math.min(line, HEAD_BYTES));
  if (head instanceof FileError) return head;
  if (!isTextLog(head)) return line;
  const from = Math.max(0, line - LOOK_BACK_BYTES);
  const block = await readAt(file, from, line - from);
  return block instanceof FileError ? block : from + endOfWholeAlerts(block);
}
