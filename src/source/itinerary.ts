import type { FilePosition } from '../core/checkpoint.ts';
import type { Archive } from './archives.ts';
import { GIVE_UP_MS, isStillThere, type LiveFile, type SourceContext } from './context.ts';
import { type Facts, FileTrouble, type Readable } from './files.ts';
import { compareWithCopy, type Past, type Start, startIn } from './history.ts';
import { type Last, openArchive, type Route } from './locate.ts';
import { hasSettled } from './patience.ts';
import type { Opened } from './track.ts';
import { withinLookBack } from './unread.ts';

/** A file to be read next, open, and from where. */
export interface NextFile extends Opened {
  readonly start: Start;
}

/** What was read before: the last file, and those before it. */
export interface Before {
  readonly last: Past;
  readonly finished: readonly FilePosition[];
  /** The last file, while it is open. */
  readonly open: Readable | undefined;
}

/**
 * The files that are to be read after the current one: archives, and the live file, which is kept
 * open so that it cannot get lost while they are read.
 */
export class Itinerary {
  readonly #context: SourceContext;
  #archives: readonly Archive[] = [];
  #live: (LiveFile & { archive: string | null }) | undefined;
  #next: NextFile | undefined;
  /** The inode of a live file that was found empty, with nothing to be read before it. */
  #empty: string | undefined;

  constructor(context: SourceContext) {
    this.#context = context;
  }

  get isEmpty(): boolean {
    return this.#archives.length === 0 && this.#live === undefined && this.#next === undefined;
  }

  get waitingArchives(): number {
    return this.#archives.length;
  }

  /** Bytes on disk of what waits. */
  get bytes(): number {
    const archives = this.#archives.reduce((sum, { facts }) => sum + facts.size, 0);
    return archives + (this.#live?.facts.size ?? 0) + (this.#next?.facts.size ?? 0);
  }

  /** True when the live file is one for which nothing could be planned, and nothing has changed. */
  isPointless(live: Facts): boolean {
    return live.size === 0 && live.inode === this.#empty;
  }

  /**
   * Finds out what comes after a file, and takes over the live file. `idle` when that is nothing:
   * nobody writes to a live file that is empty or missing, and the last file may still grow.
   */
  async plan(last: Last, live: LiveFile | undefined): Promise<Route | 'idle'> {
    const { locator, path, patience, troubles } = this.#context;
    const route = await locator.route(last, live?.facts);
    if (live !== undefined && !(await isStillThere(this.#context, live.facts))) {
      // Rotated meanwhile: the archives that were listed do not fit.
      await live.file.close();
      return 'idle';
    }
    if (route.trouble === undefined) {
      patience.forget('listing');
      troubles.clear('archives', { path });
    } else if (!patience.isOver('listing', '', GIVE_UP_MS)) {
      troubles.raise('archives', { path, code: route.trouble.code });
      await live?.file.close();
      return 'idle';
    }
    if (route.archives.length === 0 && (live === undefined || live.facts.size === 0)) {
      this.#empty = live?.facts.inode;
      await live?.file.close();
      return 'idle';
    }
    this.#empty = undefined;
    this.#live = live && { ...live, archive: route.liveName };
    this.#planArchives(route.archives);
    return route;
  }

  /**
   * The next file, open. `again` when the plan has changed, `idle` when it takes time.
   * It stays the next one until it is taken.
   */
  async next(before: Before): Promise<NextFile | 'again' | 'idle'> {
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
    this.#next = undefined;
  }

  /** Forgets all plans. */
  async clear(): Promise<void> {
    const open = [this.#live?.file, this.#next?.file];
    this.#archives = [];
    this.#live = undefined;
    this.#next = undefined;
    for (const file of open) await file?.close();
  }

  #planArchives(archives: readonly Archive[]): void {
    const { clock, counts, log, lookBack, path } = this.#context;
    const { kept, skipped } = withinLookBack(archives, lookBack, clock.now());
    this.#archives = kept;
    if (skipped.files > 0) {
      counts.skippedFiles += skipped.files;
      counts.skippedBytes += skipped.bytes;
      log.warn('archives with unread alerts are passed over: beyond the look-back bound', {
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
    { last, finished }: Before,
  ): Promise<NextFile | 'again' | 'idle'> {
    const { counts, files, patience, troubles } = this.#context;
    const { path, stem } = archive;
    const opened = await openArchive(files, archive);
    if (opened instanceof FileTrouble) return this.#archiveFailed(archive, opened);
    const start = await startIn(opened.file, last, finished);
    if (start instanceof FileTrouble) {
      await opened.file.close();
      return this.#archiveFailed(archive, start);
    }
    troubles.clear('archives', { path });
    patience.forget(stem);
    this.#archives = this.#archives.slice(1);
    counts.archives += 1;
    return { ...opened, archive: archive.dated?.name ?? null, start };
  }

  #archiveFailed(archive: Archive, trouble: FileTrouble): 'again' | 'idle' {
    const { counts, log, patience, troubles } = this.#context;
    const { facts, path, stem } = archive;
    const { code } = trouble;
    if (!trouble.isMissing && !patience.isOver(stem, '', GIVE_UP_MS)) {
      troubles.raise('archives', { path, code });
      return 'idle';
    }
    log.error('an archive with unread alerts is lost: gone, or not readable for too long', {
      path,
      code,
      bytes: facts.size,
    });
    troubles.clear('archives', { path });
    counts.lostFiles += 1;
    counts.lostBytes += facts.size;
    this.#archives = this.#archives.slice(1);
    return 'again';
  }

  async #openLive(before: Before): Promise<NextFile | 'again' | 'idle'> {
    const { log, path, patience } = this.#context;
    const live = this.#live;
    if (live === undefined) return 'again';
    const facts = await live.file.facts();
    if (facts instanceof FileTrouble) return this.#liveFailed(facts);
    if (facts.size === 0) {
      // Nobody has written to it yet. It is planned for again when someone has.
      await this.clear();
      return 'idle';
    }
    const match = await startIn(live.file, before.last, before.finished);
    if (match instanceof FileTrouble) return this.#liveFailed(match);
    const isAmbiguous = match.kind === 'earlier' || match.kind === 'unclear';
    if (isAmbiguous && !hasSettled(patience, facts)) return 'idle';
    const start =
      match.kind === 'earlier' ? await compareWithCopy(live.file, match, before) : match;
    if (start instanceof FileTrouble) return this.#liveFailed(start);
    if (start.kind === 'earlier') {
      log.warn('the alert file holds only a part of what was read before', {
        path,
        readUpTo: before.last.position.offset,
        continuingAt: start.place.offset,
      });
    }
    this.#live = undefined;
    return { file: live.file, facts, path, archive: live.archive, start };
  }

  /** The plan is made anew, with the file that is at the path by then. */
  async #liveFailed({ code }: FileTrouble): Promise<'idle'> {
    const { path, troubles } = this.#context;
    troubles.raise('unopenable', { path, code });
    await this.clear();
    return 'idle';
  }
}
