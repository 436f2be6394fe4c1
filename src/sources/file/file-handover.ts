import { openLive, type SourceContext } from './context.ts';
import type { FilePosition } from './file-checkpoint.ts';
import type { FileStat } from './files.ts';
import type { OpenFile } from './open-file.ts';
import type { Lines } from './piece.ts';
import type { NextFile, ReadPlan } from './read-plan.ts';
import { reportDamage } from './reports.ts';
import { type ResumePoint, remember } from './resume-point.ts';

/** How long a last line without a newline is waited for, once a newer file has lines. */
const UNTERMINATED_MS = 2000;
/** The same while it still grows. */
const LONGEST_UNTERMINATED_MS = 30_000;

/** What was read last, when reading is about to move on. */
export interface Leaving {
  /** The file that was read to its end, while it is open. */
  readonly current: OpenFile | undefined;
  readonly last: ResumePoint;
  readonly finished: readonly FilePosition[];
  /** When that file was known to be the live one. */
  readonly since: number;
}

/** One step from a file to the next; `again` and `idle` as in the follower. */
export type Handover =
  | 'again'
  | 'idle'
  /** The last line of the file that is being left: it comes before the next file. */
  | {
      readonly kind: 'last line';
      readonly of: OpenFile;
      readonly lines: Lines;
    }
  /** The next file, open; the one before it is closed. */
  | { readonly kind: 'moved'; readonly next: NextFile; readonly finished: readonly FilePosition[] };

/** Leads from a file that was read to its end to the one that comes after it. */
export class FileHandover {
  readonly #context: SourceContext;
  readonly #plan: ReadPlan;

  constructor(context: SourceContext, plan: ReadPlan) {
    this.#context = context;
    this.#plan = plan;
  }

  /** Finds out what comes after the current file, now that the path leads to another one. */
  async prepare(current: OpenFile, since: number): Promise<'again' | 'idle'> {
    const live = await openLive(this.#context);
    if (live === undefined) return 'idle';
    const known = { position: current.position(), since, finished: current.facts };
    if ((await this.#plan.plan(known, live)) !== 'idle') return 'again';
    await live.file.close();
    return 'idle';
  }

  /** Moves on to the next file of the plan. */
  async moveOn({ current, last, finished, since }: Leaving): Promise<Handover> {
    const next = await this.#plan.next({ last, finished, since, open: current });
    if (typeof next === 'string') return next;
    const { kind } = next.start;
    if (current !== undefined) {
      const rest = kind === 'same' ? undefined : await this.#finish(current);
      if (rest !== undefined) return rest;
      reportDamage(this.#context, current);
      await current.file.close();
    }
    const isSameFile = kind === 'same' || kind === 'earlier';
    if (!isSameFile && current !== undefined) this.#context.counts.rotations += 1;
    this.#plan.take();
    return {
      kind: 'moved',
      next,
      finished: isSameFile ? finished : remember(finished, last.position),
    };
  }

  /**
   * The last line of a file that newer ones have followed. It is handed out without its newline when
   * that has not come for a while: the writer has moved on.
   */
  async #finish(current: OpenFile): Promise<Handover | undefined> {
    const { counts, log } = this.#context;
    const { lines, path } = current;
    if (lines.pending === 0 || current.abandoned) return undefined;
    if (!current.isCompressed && this.#mayStillEnd(current.facts, lines.pending)) return 'idle';
    const line = lines.takeUnterminated();
    await this.#plan.reconsider();
    if (line === undefined) return 'again';
    counts.unterminatedLines += 1;
    const { offset } = line.before;
    log.info('the last line of a finished file has no newline', { path, offset });
    return { kind: 'last line', of: current, lines: line };
  }

  /** True while the newline of a last line of so many bytes is worth waiting for. */
  #mayStillEnd({ inode }: FileStat, pending: number): boolean {
    const { stability } = this.#context;
    const isQuiet = stability.isOver('unterminated', `${inode} ${pending}`, UNTERMINATED_MS);
    const isLate = stability.isOver('growing', inode, LONGEST_UNTERMINATED_MS);
    if (!isQuiet && !isLate) return true;
    stability.forget('unterminated');
    stability.forget('growing');
    return false;
  }
}
