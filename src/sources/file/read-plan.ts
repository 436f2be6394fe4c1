import type { FilePosition } from '../../core/checkpoint.ts';
import { type LastRead, openArchive, type UnreadFiles } from './archive-locator.ts';
import type { Archive } from './archives.ts';
import { GIVE_UP_MS, isStillThere, type LiveFile, type SourceContext } from './context.ts';
import { hasLine } from './file-match.ts';
import { FileError, type FileStat, isSameFile, type Readable } from './files.ts';
import { withinLookBack } from './look-back.ts';
import type { Opened } from './open-file.ts';
import { compareWithCopy, type ResumePoint, type Start, startIn } from './resume-point.ts';

/** A file to be read next, open, and from where. */
export interface NextFile extends Opened {
  readonly start: Start;
}

/** What was read before: the last file, and those before it. */
export interface FinishedFiles {
  readonly last: ResumePoint;
  readonly finished: readonly FilePosition[];
  /** When the last file was known to be the live one. */
  readonly since: number;
  /** The last file, while it is open: it has been read to its end. */
  readonly open: LiveFile | undefined;
}

/**
 * The files that are to be read after the current one: archives, and the live file, which is kept
 * open so that it cannot get lost while they are read.
 */
export class ReadPlan {
  readonly #context: SourceContext;
  #archives: readonly Archive[] = [];
  #live: (LiveFile & { archive: string | null }) | undefined;
  /** The first of the archives, or else the live file, once it is ready. */
  #next: NextFile | undefined;
  /** A live file in which nothing new was found, with nothing to be read before it. */
  #nothingNew: FileStat | undefined;

  constructor(context: SourceContext) {
    this.#context = context;
  }

  get isEmpty(): boolean {
    return this.#archives.length === 0 && this.#live === undefined;
  }

  get waitingArchives(): number {
    return this.#archives.length;
  }

  /** Bytes on disk of what waits. */
  get bytes(): number {
    const archives = this.#archives.reduce((sum, { facts }) => sum + facts.size, 0);
    return archives + (this.#live?.facts.size ?? 0);
  }

  /** True when nothing new was found in the live file, and it has not changed since. */
  isPointless(live: FileStat): boolean {
    return live.inode === this.#nothingNew?.inode && live.size === this.#nothingNew.size;
  }

  /**
   * Finds out what comes after a file, and takes over the live file. `idle` when that is nothing:
   * the live file is empty or missing, and the last file may still grow; or when
   * it is unknown for now. Then the live file stays with the caller.
   */
  async plan(last: LastRead, live: LiveFile | undefined): Promise<UnreadFiles | 'idle'> {
    const { locator, path, stability, health } = this.#context;
    const route = await locator.route(last, live?.facts);
    // Archives that appeared after the live file was opened need not be older than it.
    const mayHaveMoved = live !== undefined && last.isRewritten !== true;
    if (mayHaveMoved && !(await isStillThere(this.#context, live.facts))) return 'idle';
    if (route.trouble === undefined) {
      stability.forget('listing');
      health.clear('archives', { path });
    } else if (!stability.isOver('listing', '', GIVE_UP_MS)) {
      health.report('archives', { path, code: route.trouble.code });
      return 'idle';
    }
    if (route.archives.length === 0 && (live === undefined || live.facts.size === 0)) {
      this.#nothingNew = live?.facts;
      return 'idle';
    }
    this.#nothingNew = undefined;
    this.#live = live && { ...live, archive: route.liveName };
    this.#planArchives(route.archives);
    return route;
  }

  /**
   * The next file, open. `again` when the plan has changed, `idle` when it takes time.
   * It stays the next one until it is taken.
   */
  async next(before: FinishedFiles): Promise<NextFile | 'again' | 'idle'> {
    if (this.#next !== undefined) return this.#next;
    const archive = this.#archives[0];
    const next =
      archive === undefined
        ? await this.#openLive(before)
        : await this.#openArchive(archive, before);
    if (typeof next !== 'string') this.#next = next;
    return next;
  }

  /** The next file belongs to the caller from now on. */
  take(): void {
    if (this.#archives.length > 0) this.#context.counts.archives += 1;
    this.#archives = this.#archives.slice(1);
    if (this.#next?.file === this.#live?.file) this.#live = undefined;
    this.#next = undefined;
  }

  /** More is known about the last file: where to begin in the next one must be determined again. */
  async reconsider(): Promise<void> {
    const file = this.#next?.file;
    this.#next = undefined;
    if (file !== this.#live?.file) await file?.close();
  }

  /** Forgets all plans. */
  async clear(): Promise<void> {
    await this.reconsider();
    const live = this.#live?.file;
    this.#archives = [];
    this.#live = undefined;
    await live?.close();
  }

  #planArchives(archives: readonly Archive[]): void {
    const { clock, counts, log, lookBack, path } = this.#context;
    const { kept, skipped } = withinLookBack(archives, lookBack, clock.now());
    this.#archives = kept;
    if (skipped.files > 0) {
      counts.skippedFiles += skipped.files;
      counts.skippedBytes += skipped.bytes;
      log.warn('archives with unread alerts are skipped: beyond the look-back limit', {
        path,
        ...skipped,
      });
    }
    if (kept.length > 0) {
      const bytes = kept.reduce((sum, { facts }) => sum + facts.size, 0);
      log.info('reading archives first', { path, files: kept.length, bytes });
    }
  }

  async #openArchive(
    archive: Archive,
    before: FinishedFiles,
  ): Promise<NextFile | 'again' | 'idle'> {
    const { files, stability, health } = this.#context;
    const { last, finished } = before;
    const { path, stem } = archive;
    const opened = await openArchive(files, archive);
    if (opened instanceof FileError) {
      return opened.isMissing
        ? this.#lookAgain(archive, before)
        : this.#archiveFailed(archive, opened);
    }
    if (opened.path === path && !isSameFile(opened.facts, archive.facts)) {
      // Another file has taken its name.
      await opened.file.close();
      return this.#lookAgain(archive, before);
    }
    const start = await startIn(opened.file, last, finished);
    if (start instanceof FileError) {
      await opened.file.close();
      return this.#archiveFailed(archive, start);
    }
    health.clear('archives', { path });
    stability.forget(stem);
    // A file that was renamed keeps its place among the dated ones.
    return { ...opened, archive: archive.dated?.name ?? last.position.archive, start };
  }

  /** An archive is not where it was: it was renamed, or is gone. */
  async #lookAgain(archive: Archive, { last, since, open }: FinishedFiles): Promise<'idle'> {
    const { clock, locator, lookBack, path, health } = this.#context;
    const known = { position: last.position, since, ...(open && { finished: open.facts }) };
    const route = await locator.route(known, this.#live?.facts, this.#live?.archive);
    if (route.trouble !== undefined) {
      health.report('archives', { path, code: route.trouble.code });
      return 'idle';
    }
    this.#archives = withinLookBack(route.archives, lookBack, clock.now()).kept;
    const isFound = this.#archives.some(({ facts }) => isSameFile(facts, archive.facts));
    if (!isFound) this.#lost(archive, 'ENOENT');
    return 'idle';
  }

  #archiveFailed(archive: Archive, { code }: FileError): 'again' | 'idle' {
    const { stability, health } = this.#context;
    const { path, stem } = archive;
    if (!stability.isOver(stem, '', GIVE_UP_MS)) {
      health.report('archives', { path, code });
      return 'idle';
    }
    this.#archives = this.#archives.slice(1);
    this.#lost(archive, code);
    return 'again';
  }

  #lost({ path, facts }: Archive, code: string): void {
    const { counts, log, health } = this.#context;
    log.error('an archive with unread alerts is lost: removed, or unreadable for too long', {
      path,
      code,
      bytes: facts.size,
    });
    health.clear('archives', { path });
    counts.lostFiles += 1;
    counts.lostBytes += facts.size;
  }

  async #openLive(before: FinishedFiles): Promise<NextFile | 'again' | 'idle'> {
    const { log, path } = this.#context;
    const live = this.#live;
    if (live === undefined) return 'again';
    const facts = await live.file.facts();
    if (facts instanceof FileError) return this.#liveFailed(facts);
    const match = await startIn(live.file, before.last, before.finished);
    if (match instanceof FileError) return this.#liveFailed(match);
    const start =
      match.kind === 'earlier' ? await compareWithCopy(live.file, match, before) : match;
    if (start instanceof FileError) return this.#liveFailed(start);
    const isNew = before.open === undefined || (await this.#hasNewLine(live.file, start));
    if (isNew instanceof FileError) return this.#liveFailed(isNew);
    const isCopy = start.kind === 'same' || start.kind === 'earlier';
    if (!isNew && (isCopy || (await isStillThere(this.#context, facts)))) return this.#stay(facts);
    if (start.kind === 'earlier') {
      log.warn('the alert file contains only part of what was already read', {
        path,
        readUpTo: before.last.position.offset,
        continuingAt: start.place.offset,
      });
    }
    // A file without a dated name keeps the place of the last one.
    const archive = live.archive ?? before.last.position.archive;
    return { file: live.file, facts, path, archive, start };
  }

  #hasNewLine(file: Readable, { place }: Start): Promise<boolean | FileError> {
    return hasLine(file, place.offset, this.#context.maxLineBytes);
  }

  /**
   * There is no new line in the live file, so that nothing says that the writer has moved on to it:
   * it may be a mere copy. The plan is rebuilt when it changes.
   */
  async #stay(live: FileStat): Promise<'idle'> {
    await this.clear();
    this.#nothingNew = live;
    return 'idle';
  }

  /** The plan is rebuilt, with the file that is at the path by then. */
  async #liveFailed({ code }: FileError): Promise<'idle'> {
    const { path, health } = this.#context;
    health.report('unopenable', { path, code });
    await this.clear();
    return 'idle';
  }
}
