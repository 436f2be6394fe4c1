import { DAY_MS } from '../../core/durations.ts';
import { type Archive, compareOrder, type Order } from './archives.ts';
import { type FileStat, isSameFile } from './files.ts';

/** What is known when the archives after a file are chosen. */
export interface Situation {
  /** Dated archives, in the order in which they were written. */
  readonly archives: readonly Archive[];
  /** The place among them of the file that was read last; undefined when it is not known. */
  readonly own: Order | undefined;
  /** That file itself, when it is open and read to its end. */
  readonly finished: FileStat | undefined;
  /** The live file; undefined while there is none. */
  readonly live: FileStat | undefined;
  /** Its place among the archives, when it need not be looked up: it may have lost its name since. */
  readonly liveOrder?: Order | undefined;
  /** When the file that was read last was known to be the live one: milliseconds since 1970. */
  readonly since: number;
}

/**
 * The archives between the file that was read last and the live file. The first may be that file
 * itself, or one that took its name: its content tells, when it is opened.
 */
export function unreadArchives(situation: Situation): Archive[] {
  const { archives, own, finished, live, since } = situation;
  const liveOrder =
    archives.find((archive) => live && isSameFile(archive.facts, live))?.dated?.order ??
    situation.liveOrder;
  return archives.filter(({ facts, dated }) => {
    if (dated === undefined || facts.size === 0) return false;
    if (live !== undefined && isSameFile(facts, live)) return false;
    if (finished !== undefined && isSameFile(facts, finished)) return false;
    const isNew = facts.modified > since;
    const isBeforeLive = !liveOrder || compareOrder(dated.order, liveOrder) < 0;
    if (own === undefined) return isNew && isBeforeLive;
    const distance = compareOrder(dated.order, own);
    if (distance <= 0) return distance === 0;
    // The clock was set back: the live file has a name that was used before.
    const isOutOfOrder = liveOrder !== undefined && compareOrder(liveOrder, own) < 0;
    return isBeforeLive || (isOutOfOrder && isNew);
  });
}

/** How much unread archives may amount to; what is older is skipped and counted. */
export interface LookBack {
  /** Age of the last change of an archive, in milliseconds. */
  readonly maxAgeMs: number;
  readonly maxFiles: number;
  /** Bytes on disk: of a compressed archive, its compressed size. */
  readonly maxBytes: number;
}

/** Seven days, however much that is. */
export const DEFAULT_LOOK_BACK: LookBack = {
  maxAgeMs: 7 * DAY_MS,
  maxFiles: Number.POSITIVE_INFINITY,
  maxBytes: Number.POSITIVE_INFINITY,
};

/** The newest archives that are within the bounds, and how much is not. */
export function withinLookBack(
  archives: readonly Archive[],
  bounds: LookBack,
  now: number,
): { kept: Archive[]; skipped: { files: number; bytes: number } } {
  let first = archives.length;
  let bytes = 0;
  while (first > 0) {
    const { facts } = archives[first - 1] as Archive;
    bytes += facts.size;
    const isWithin =
      now - facts.modified <= bounds.maxAgeMs &&
      archives.length - first < bounds.maxFiles &&
      bytes <= bounds.maxBytes;
    if (!isWithin) break;
    first -= 1;
  }
  const skipped = archives.slice(0, first);
  return {
    kept: archives.slice(first),
    skipped: {
      files: skipped.length,
      bytes: skipped.reduce((sum, { facts }) => sum + facts.size, 0),
    },
  };
}
