import { GIVE_UP_MS, type LiveStat, type SourceContext, statLive } from './context.ts';
import type { FileCheckpoint, FilePosition } from './file-checkpoint.ts';
import { FileHandover } from './file-handover.ts';
import type { FileError } from './files.ts';
import { nowhere, startFresh } from './first-start.ts';
import { OpenFile } from './open-file.ts';
import type { Lines, Piece } from './piece.ts';
import { type NextFile, ReadPlan } from './read-plan.ts';
import { ReadPosition } from './read-position.ts';
import { Recovery } from './recovery.ts';
import { abandon, reportOverlong, reportRewrite } from './reports.ts';
import type { ResumePoint } from './resume-point.ts';
import type { FileSourceStatus } from './status.ts';
import { PendingLine } from './unterminated-line.ts';

/** Whole lines of a file, and where they stand in it. */
export interface FileBatch {
  /** Only valid until the next step. */
  readonly bytes: Buffer;
  /** Right once all of the lines are stored. */
  readonly checkpoint: FileCheckpoint;
  /** Right once only the lines before this offset of `bytes` are stored. */
  readonly checkpointAt: (offset: number) => FileCheckpoint;
  readonly path: string;
  /** The offset of the first of them. */
  readonly offset: number;
}

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
  readonly #handover: FileHandover;
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
      checkpoint: FileCheckpoint | undefined;
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
    this.#handover = new FileHandover(context, this.#plan);
    this.#pending = new PendingLine(context);
    this.#last = checkpoint && { position: checkpoint.position };
    this.#finished = checkpoint?.finished ?? [];
    this.#liveAt = checkpoint?.takenAt ?? context.clock.now();
  }

  /** What is right once everything handed out is stored; undefined before the first file is open. */
  checkpoint(): FileCheckpoint | undefined {
    const position = this.#current?.position() ?? this.#last?.position;
    if (position === undefined) return undefined;
    return { position, finished: this.#finished, takenAt: this.#liveAt };
  }

  /** The file that is being read; undefined while there is none. */
  get current(): OpenFile | undefined {
    return this.#current;
  }

  status(): FileSourceStatus {
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
  async poll(): Promise<FileBatch | Step> {
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
  async #read(
    current: OpenFile,
    look: LiveStat,
    ahead?: Promise<Piece>,
  ): Promise<FileBatch | Step> {
    const { clock, path, health } = this.#context;
    const lastLook = this.#liveAt;
    this.#isLive = typeof look === 'object' && current.is(look);
    if (this.#isLive) {
      this.#liveAt = clock.now();
      current.rename(path);
      health.clear('unopenable', { path });
      const isDone = typeof look === 'object' && current.lines.isUnchanged(look);
      if (isDone && ahead === undefined && this.#plan.isEmpty) return this.#quiet(current);
    }
    const piece = await (ahead ?? (current.abandoned ? END : current.lines.read()));
    this.#lastGrowthAt = current.grownAt(clock.now()) ?? this.#lastGrowthAt;
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
        return this.#lose(current, lastLook);
      case 'failed':
        return this.#failed(current, look, piece.trouble);
    }
  }

  #quiet(current: OpenFile): 'idle' {
    this.#pending.watch(current);
    return 'idle';
  }

  async #atEnd(current: OpenFile, look: LiveStat): Promise<FileBatch | Step> {
    if (!this.#plan.isEmpty) return this.#moveOn(current);
    if (typeof look === 'string' || current.is(look) || this.#plan.isPointless(look)) {
      return this.#quiet(current);
    }
    return this.#handover.prepare(current, this.#liveAt);
  }

  /** State leaving, at the end of the current file; or the way out of state lost. */
  async #moveOn(current: OpenFile | undefined): Promise<FileBatch | Step> {
    const last = current === undefined ? this.#last : resumePointOf(current);
    if (last === undefined) return 'idle';
    const leaving = { current, last, finished: this.#finished, since: this.#liveAt };
    const step = await this.#handover.moveOn(leaving);
    if (typeof step === 'string') return step;
    if (step.kind === 'last line') return this.#batch(step.of, step.lines);
    this.#finished = step.finished;
    this.#open(step.next);
    return 'again';
  }

  #batch(current: OpenFile, { bytes, before }: Lines): FileBatch {
    this.#context.counts.bytes += bytes.length;
    this.#lastLinesAt = this.#context.clock.now();
    this.#pending.end(current.path);
    const rest = { finished: this.#finished, takenAt: this.#liveAt };
    const checkpointAt = (offset: number) => {
      const place = new ReadPosition(before);
      place.consume(bytes.subarray(0, offset));
      place.mark();
      return { position: current.position(place), ...rest };
    };
    const checkpoint = { position: current.position(), ...rest };
    return { bytes, checkpoint, checkpointAt, path: current.path, offset: before.offset };
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
  async #lose(current: OpenFile, lastLook: number): Promise<'again'> {
    const { path, lines } = current;
    const { offset } = lines.trail;
    const unread = Math.max(0, lines.size - offset);
    reportRewrite(this.#context, { path, offset, unread, lastLook });
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
