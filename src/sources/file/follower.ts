import type { Batch, Checkpoint, FilePosition } from '../../core/checkpoint.ts';
import { GIVE_UP_MS, type LiveStat, openLive, type SourceContext, statLive } from './context.ts';
import type { FileError } from './files.ts';
import { nowhere, startFresh } from './first-start.ts';
import type { Piece } from './line-reader.ts';
import { OpenFile } from './open-file.ts';
import { type NextFile, ReadPlan } from './read-plan.ts';
import { Recovery } from './recovery.ts';
import { abandon, reportDamage, reportOverlong } from './reports.ts';
import { type ResumePoint, remember } from './resume-point.ts';
import type { SourceStatus } from './status.ts';
import { PendingLine } from './unterminated-line.ts';

/** How long a last line without a newline is waited for, once a newer file has lines. */
const UNTERMINATED_MS = 2000;
/** The same while it still grows. */
const LONGEST_UNTERMINATED_MS = 30_000;

const END: Piece = { kind: 'end' };

/** `again`: there may be more at once. `idle`: nothing for now. */
type Step = 'again' | 'idle';

/**
 * Follows the live file through rotations. It is in one of these states:
 *
 *     fresh     nothing was ever read: waits until the file can be opened       ─▶ reading, lost
 *     lost      knows where it stopped, but has no file: looks for it           ─▶ reading, leaving
 *     reading   reads the current file; at its end, looks where the path leads  ─▶ leaving, lost
 *     leaving   newer files have lines: reads to the end, then opens the next   ─▶ reading
 *
 * It is lost after a restart, and when the current file was truncated or rewritten. What comes next is
 * always looked up before the rest of the current file is read, so that nothing can be written to it
 * after its end was taken for final.
 */
export class Follower {
  readonly #context: SourceContext;
  readonly #fromStart: boolean;
  readonly #onChange: () => void;
  readonly #plan: ReadPlan;
  readonly #recovery: Recovery;
  readonly #pending: PendingLine;
  #current: OpenFile | undefined;
  /** Where to continue, while there is no current file; undefined when nothing was ever read. */
  #last: ResumePoint | undefined;
  #finished: readonly FilePosition[];
  /** When the current file, or that of `#last`, was known to be the live one. */
  #liveAt: number;
  #isLive = false;
  /** The file as it was when it should have been opened for the first time. */
  #seen: LiveStat = 'unknown';
  /** The inode of the file that was last seen at the path. */
  #seenInode: string | undefined;
  #lastLinesAt: number | undefined;
  #lastGrowthAt: number | undefined;

  constructor(
    context: SourceContext,
    options: {
      checkpoint: Checkpoint | undefined;
      fromStart: boolean;
      /** Called when another file is found at the path. */
      onChange: () => void;
    },
  ) {
    const { checkpoint } = options;
    this.#context = context;
    this.#fromStart = options.fromStart;
    this.#onChange = options.onChange;
    this.#plan = new ReadPlan(context);
    this.#recovery = new Recovery(context, this.#plan);
    this.#pending = new PendingLine(context);
    this.#last = checkpoint && { position: checkpoint.position };
    this.#finished = checkpoint?.finished ?? [];
    this.#liveAt = checkpoint?.takenAt ?? context.clock.now();
  }

  /** What is right once everything handed out is stored; undefined before the first file is open. */
  checkpoint(): Checkpoint | undefined {
    const position = this.#current?.position() ?? this.#last?.position;
    if (position === undefined) return undefined;
    return { version: 1, position, finished: this.#finished, takenAt: this.#liveAt };
  }

  status(): SourceStatus {
    const { counts, path, health } = this.#context;
    const current = this.#current;
    const offset = current?.lines.trail.offset ?? this.#last?.position.offset ?? 0;
    const size = current?.lines.size ?? 0;
    const rest = current?.isCompressed ? size : Math.max(0, size - offset);
    return {
      path,
      reading: current?.path,
      isLive: this.#isLive,
      offset,
      size,
      lagBytes: rest + this.#plan.bytes,
      waitingArchives: this.#plan.waitingArchives,
      lastLinesAt: this.#lastLinesAt,
      lastGrowthAt: this.#lastGrowthAt,
      health: health.current(),
      counts: { ...counts },
    };
  }

  /** One step. It waits for nothing but the file system. */
  async poll(): Promise<Batch | Step> {
    const lines = this.#current?.lines;
    // What was read ahead is no end, so that it need not be known yet where the path leads.
    const ahead = lines?.isAhead === true ? lines.read() : undefined;
    const look = await statLive(this.#context, this.#current !== undefined);
    if (typeof look === 'object' && look.inode !== this.#seenInode) this.#onChange();
    this.#seenInode = typeof look === 'object' ? look.inode : undefined;
    if (this.#current !== undefined) return this.#read(this.#current, look, ahead);
    if (!this.#plan.isEmpty) return this.#moveOn(undefined);
    return this.#last === undefined ? this.#begin(look) : this.#resume(this.#last, look);
  }

  async close(): Promise<void> {
    await this.#recovery.close();
    await this.#plan.clear();
    if (this.#current === undefined) return;
    const { file, lines } = this.#letGo(this.#current);
    await lines.settle();
    await file.close();
  }

  /** State fresh. */
  async #begin(look: LiveStat): Promise<Step> {
    if (look === 'missing') {
      this.#last = { position: nowhere(this.#context.path) };
      return 'idle';
    }
    if (this.#seen === 'unknown') this.#seen = look;
    if (typeof this.#seen === 'string') return 'idle';
    const next = await startFresh(this.#context, this.#fromStart, this.#seen);
    if (next === undefined) return 'idle';
    this.#open(next);
    return 'again';
  }

  /** State lost. */
  async #resume(last: ResumePoint, look: LiveStat): Promise<Step> {
    const lost = { last, finished: this.#finished, since: this.#liveAt };
    const found = await this.#recovery.step(lost, look);
    if (typeof found === 'string') return found;
    this.#open(found);
    return 'again';
  }

  /** States reading and leaving. */
  async #read(current: OpenFile, look: LiveStat, ahead?: Promise<Piece>): Promise<Batch | Step> {
    const { clock, path, health } = this.#context;
    this.#isLive = typeof look === 'object' && current.is(look);
    if (this.#isLive) {
      this.#liveAt = clock.now();
      current.rename(path);
      health.clear('unopenable', { path });
      const isDone = typeof look === 'object' && current.lines.isUnchanged(look);
      if (isDone && ahead === undefined && this.#plan.isEmpty) return this.#quiet(current);
    }
    const piece = await (ahead ?? (current.abandoned ? END : current.lines.read()));
    if (current.hasGrown()) this.#lastGrowthAt = clock.now();
    if (piece.kind !== 'failed') health.clear('unreadable', { path });
    switch (piece.kind) {
      case 'lines':
        return this.#batch(current, piece);
      case 'part':
        this.#pending.watch(current);
        return 'again';
      case 'end':
        return this.#atEnd(current, look);
      case 'rewritten':
        return this.#lose(current);
      case 'failed':
        return this.#failed(current, look, piece.trouble);
    }
  }

  #quiet(current: OpenFile): 'idle' {
    this.#pending.watch(current);
    return 'idle';
  }

  async #atEnd(current: OpenFile, look: LiveStat): Promise<Batch | Step> {
    if (!this.#plan.isEmpty) return this.#moveOn(current);
    if (typeof look === 'string' || current.is(look) || this.#plan.isPointless(look)) {
      return this.#quiet(current);
    }
    const live = await openLive(this.#context);
    if (live === undefined) return 'idle';
    const position = current.position();
    const finished = current.facts;
    const known = { position, since: this.#liveAt, finished };
    if ((await this.#plan.plan(known, live)) !== 'idle') return 'again';
    await live.file.close();
    return 'idle';
  }

  /** State leaving, at the end of the current file; or the way out of state lost. */
  async #moveOn(current: OpenFile | undefined): Promise<Batch | Step> {
    const last = current === undefined ? this.#last : resumePointOf(current);
    if (last === undefined) return 'idle';
    const next = await this.#plan.next({
      last,
      finished: this.#finished,
      since: this.#liveAt,
      open: current,
    });
    if (typeof next === 'string') return next;
    const { kind } = next.start;
    if (current !== undefined) {
      const rest = kind === 'same' ? undefined : await this.#finish(current);
      if (rest !== undefined) return rest;
      reportDamage(this.#context, current);
      await current.file.close();
    }
    if (kind !== 'same' && kind !== 'earlier') {
      this.#finished = remember(this.#finished, last.position);
      if (current !== undefined) this.#context.counts.rotations += 1;
    }
    this.#plan.take();
    this.#open(next);
    return 'again';
  }

  /**
   * The last line of a file that newer ones have followed. It is handed out without its newline when
   * that has not come for a while: the writer has moved on.
   */
  async #finish(current: OpenFile): Promise<Batch | Step | undefined> {
    const { counts, log, stability } = this.#context;
    const { facts, lines, path } = current;
    if (lines.pending === 0 || current.abandoned) return undefined;
    const growth = `${facts.inode} ${lines.pending}`;
    const isQuiet = stability.isOver('unterminated', growth, UNTERMINATED_MS);
    const isLate = stability.isOver('growing', facts.inode, LONGEST_UNTERMINATED_MS);
    if (!current.isCompressed && !isQuiet && !isLate) return 'idle';
    stability.forget('unterminated');
    stability.forget('growing');
    const line = lines.takeUnterminated();
    await this.#plan.reconsider();
    if (line === undefined) return 'again';
    counts.unterminatedLines += 1;
    log.info('the last line of a finished file has no newline', { path, offset: line.offset });
    return this.#batch(current, line);
  }

  #batch(current: OpenFile, { bytes, offset }: { bytes: Buffer; offset: number }): Batch {
    this.#context.counts.bytes += bytes.length;
    this.#lastLinesAt = this.#context.clock.now();
    this.#pending.end(current.path);
    const position = current.position();
    const takenAt = this.#liveAt;
    const checkpoint = { version: 1, position, finished: this.#finished, takenAt } as const;
    return { bytes, checkpoint, path: current.path, offset };
  }

  #open(next: NextFile): void {
    const { log, stability, path, health } = this.#context;
    const { place } = next.start;
    this.#current = new OpenFile(next, place, this.#context, (line) => {
      reportOverlong(this.#context, line);
    });
    this.#last = undefined;
    stability.forget('quiet');
    stability.forget('settling');
    if (next.path === path) health.clear('unopenable', { path });
    log.info('reading alerts', { path: next.path, offset: place.offset, size: next.facts.size });
  }

  /** What was read is not there any more. */
  async #lose(current: OpenFile): Promise<'again'> {
    const { lines, path } = current;
    const { offset } = lines.trail;
    const unread = Math.max(0, lines.size - offset);
    this.#context.counts.rewrites += 1;
    this.#context.log.warn('the alert file was truncated or rewritten', { path, offset, unread });
    await this.#plan.clear();
    await this.#recovery.keep(this.#letGo(current, unread).file);
    return 'again';
  }

  async #failed(current: OpenFile, look: LiveStat, { code }: FileError): Promise<Step> {
    const { stability, health } = this.#context;
    health.report('unreadable', { path: current.path, code });
    if (code === 'ESTALE') {
      // A network file system wants the file to be opened again.
      await this.#plan.clear();
      await this.#letGo(current).file.close();
      return 'idle';
    }
    const isFollowed = !this.#plan.isEmpty || (typeof look === 'object' && !current.is(look));
    if (isFollowed && stability.isOver('unreadable', current.facts.inode, GIVE_UP_MS)) {
      stability.forget('unreadable');
      abandon(this.#context, current, code);
    }
    return 'idle';
  }

  /** Back to state lost. The file belongs to the caller. */
  #letGo(current: OpenFile, unread?: number): OpenFile {
    this.#last = { ...resumePointOf(current), ...(unread !== undefined && { unread }) };
    this.#current = undefined;
    this.#isLive = false;
    return current;
  }
}

function resumePointOf(track: OpenFile): ResumePoint {
  return { position: track.position(), head: track.lines.trail.head };
}
