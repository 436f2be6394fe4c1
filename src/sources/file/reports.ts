import type { SourceContext } from './context.ts';
import { GzipFile } from './gzip-file.ts';
import type { OverlongLine } from './line-reader.ts';
import type { OpenFile } from './open-file.ts';
import type { ResumePoint } from './resume-point.ts';

/** Counts and reports a line that was skipped for its length. */
export function reportOverlong(
  context: SourceContext,
  line: OverlongLine & { path: string },
): void {
  const { counts, log, overlongThrottle } = context;
  counts.overlongLines += 1;
  counts.overlongBytes += line.bytes;
  counts.longestOverlong = Math.max(counts.longestOverlong, line.bytes);
  overlongThrottle.pass((suppressed) => {
    log.warn('a line is longer than the limit and was skipped', { ...line, suppressed });
  });
}

/** Counts and reports what may be missing because the file that was being read is gone. */
export function reportLoss({ counts, log }: SourceContext, last: ResumePoint): void {
  const { position, unread } = last;
  if (unread === 0 || (unread === undefined && position.offset === 0)) return;
  counts.lostFiles += 1;
  counts.lostBytes += unread ?? 0;
  log.warn('the file being read was removed; lines after the last one read may be lost', {
    path: position.path,
    archive: position.archive,
    offset: position.offset,
    unread,
  });
}

/** Counts and reports that only a part of a compressed archive could be read. */
export function reportDamage({ counts, log }: SourceContext, { file, path }: OpenFile): void {
  if (!(file instanceof GzipFile) || file.damage === undefined) return;
  counts.damagedArchives += 1;
  log.error('a compressed archive is damaged; everything after the damage is lost', {
    path,
    ...file.damage,
  });
}

/** Reports a rest that cannot be read, and is not waited for any longer. */
export function abandon({ counts, log }: SourceContext, track: OpenFile, code: string): void {
  const { lines, path } = track;
  const bytes = Math.max(0, lines.size - lines.trail.offset);
  log.error('the rest of a file is skipped: unreadable for too long', { path, code, bytes });
  counts.lostFiles += 1;
  counts.lostBytes += bytes;
  track.abandoned = true;
}
