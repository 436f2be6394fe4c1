import type { Archive } from './archives.ts';
import type { SourceContext } from './context.ts';
import { GzipFile } from './gzip-file.ts';
import type { OpenFile } from './open-file.ts';
import type { OverlongLine } from './piece.ts';
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

/**
 * Counts and reports that the file was cut where it is. Since the last look it may have been written to
 * and cut more than once: what was in it in between, only copies could tell.
 */
export function reportRewrite(
  { counts, log }: SourceContext,
  rewrite: {
    readonly path: string;
    /** Where reading was. */
    readonly offset: number;
    /** Bytes after that which were seen; undefined when nobody looked. */
    readonly unread: number | undefined;
    /** Milliseconds since 1970. */
    readonly lastLook: number;
  },
): void {
  const { path, offset, unread, lastLook } = rewrite;
  counts.rewrites += 1;
  log.warn(
    'the alert file was truncated or rewritten; what was written since the last look may be lost',
    { path, offset, unread, last_look: new Date(lastLook).toISOString() },
  );
}

/** Counts and reports what may be missing because the file that was being read is gone. */
export function reportLoss({ counts, log, onLoss }: SourceContext, last: ResumePoint): void {
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
  const name = position.archive ?? position.path;
  onLoss({ what: `the file ${name} after byte ${position.offset} is gone`, bytes: unread });
}

/** Counts and reports an archive that is gone, or could not be read for too long. */
export function reportLostArchive(
  { counts, log, health, onLoss }: SourceContext,
  { path, facts }: Archive,
  code: string,
): void {
  log.error('an archive with unread alerts is lost: removed, or unreadable for too long', {
    path,
    code,
    bytes: facts.size,
  });
  health.clear('archives', { path });
  counts.lostFiles += 1;
  counts.lostBytes += facts.size;
  onLoss({ what: `the archive ${path} cannot be read: ${code}`, bytes: facts.size });
}

/** Counts and reports archives that are older than what is to be read. */
export function reportSkipped(
  { counts, log, path, onLoss }: SourceContext,
  skipped: { readonly files: number; readonly bytes: number },
): void {
  if (skipped.files === 0) return;
  counts.skippedFiles += skipped.files;
  counts.skippedBytes += skipped.bytes;
  log.warn('archives with unread alerts are skipped: beyond the look-back limit', {
    path,
    ...skipped,
  });
  onLoss({
    what: `${skipped.files} archives are beyond the look-back bound`,
    bytes: skipped.bytes,
  });
}

/** Counts and reports that only a part of a compressed archive could be read. */
export function reportDamage(
  { counts, log, onLoss }: SourceContext,
  { file, path }: OpenFile,
): void {
  if (!(file instanceof GzipFile) || file.damage === undefined) return;
  counts.damagedArchives += 1;
  log.error('a compressed archive is damaged; everything after the damage is lost', {
    path,
    ...file.damage,
  });
  const { compressedOffset, compressedSize } = file.damage;
  const bytes = compressedSize - compressedOffset;
  onLoss({ what: `the archive ${path} is damaged (bytes are compressed ones)`, bytes });
}

/** Reports a rest that cannot be read, and is not waited for any longer. */
export function abandon(
  { counts, log, onLoss }: SourceContext,
  track: OpenFile,
  code: string,
): void {
  const { lines, path } = track;
  const { offset } = lines.trail;
  const bytes = Math.max(0, lines.size - offset);
  log.error('the rest of a file is skipped: unreadable for too long', { path, code, bytes });
  counts.lostFiles += 1;
  counts.lostBytes += bytes;
  track.abandoned = true;
  onLoss({ what: `the file ${path} cannot be read after byte ${offset}: ${code}`, bytes });
}
