import type { SourceStatus } from '../../core/source.ts';
import type { Condition } from './health.ts';

/** What the file source has done since it was opened. Sizes are in bytes. */
export type SourceCounts = {
  /** Bytes of lines handed out. */
  bytes: number;
  /** Lines over the limit, skipped: how many, how much, and the longest. */
  overlongLines: number;
  overlongBytes: number;
  longestOverlong: number;
  /** Last lines of files that were handed out although their newline never came. */
  unterminatedLines: number;
  /** How often reading moved on to a newer file. */
  rotations: number;
  /** How often the file was truncated or rewritten in place. */
  rewrites: number;
  /** Archives that were opened because they held unread lines. */
  archives: number;
  /** Compressed archives of which only a part could be read. */
  damagedArchives: number;
  /** Archives skipped because of the look-back limit, and their sizes on disk. */
  skippedFiles: number;
  skippedBytes: number;
  /** Files that were gone, or given up as unreadable, before they were read to their end. */
  lostFiles: number;
  /** Bytes of them, and of files truncated in place, as far as their number is known. */
  lostBytes: number;
};

export function noCounts(): SourceCounts {
  return {
    bytes: 0,
    overlongLines: 0,
    overlongBytes: 0,
    longestOverlong: 0,
    unterminatedLines: 0,
    rotations: 0,
    rewrites: 0,
    archives: 0,
    damagedArchives: 0,
    skippedFiles: 0,
    skippedBytes: 0,
    lostFiles: 0,
    lostBytes: 0,
  };
}

/** How the file source is doing. */
export interface FileSourceStatus extends SourceStatus {
  /** The path it follows. */
  readonly path: string;
  /** The file it is reading now: the live file or an archive; undefined while there is none. */
  readonly reading: string | undefined;
  readonly isLive: boolean;
  readonly offset: number;
  /** Size of that file; of a compressed archive, its compressed size. */
  readonly size: number;
  /** Bytes that wait to be read, compressed archives with their compressed size. */
  readonly lagBytes: number;
  readonly waitingArchives: number;
  /** When the live file last grew, in milliseconds since 1970. */
  readonly lastGrowthAt: number | undefined;
  readonly health: readonly Condition[];
  readonly counts: Readonly<SourceCounts>;
}
