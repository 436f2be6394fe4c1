import { type LiveFile, type LiveStat, openLive, type SourceContext } from './context.ts';
import type { FilePosition } from './file-checkpoint.ts';
import { FileError, type Readable } from './files.ts';
import type { NextFile, ReadPlan } from './read-plan.ts';
import { reportLoss, reportRewrite } from './reports.ts';
import { type ResumePoint, type Start, startIn } from './resume-point.ts';
import { hasSettled } from './stability.ts';

/** Where reading stopped, and what was read before. */
export interface LostPosition {
  readonly last: ResumePoint;
  readonly finished: readonly FilePosition[];
  /** When the last file was known to be the live one. */
  readonly since: number;
}

/** How often archives are searched for while there is no live file. */
const SEARCH_EVERY_MS = 1000;

/** Finds the file in which reading stopped, and what comes after it. */
export class Recovery {
  readonly #context: SourceContext;
  readonly #plan: ReadPlan;
  #againAt = Number.NEGATIVE_INFINITY;
  /** A file that was rewritten while it was open: it is read even if it is gone by now. */
  #kept: LiveFile | undefined;

  constructor(context: SourceContext, plan: ReadPlan) {
    this.#context = context;
    this.#plan = plan;
  }

  /** Takes over the file that was rewritten. */
  async keep(file: Readable): Promise<void> {
    const facts = await file.facts();
    if (facts instanceof FileError || facts.size === 0) await file.close();
    else this.#kept = { file, facts };
  }

  /**
   * One step: the live file, when it is the one in which reading stopped; `again` when the plan
   * leads on; `idle` when nothing can be found now.
   */
  async step(lost: LostPosition, look: LiveStat): Promise<NextFile | 'again' | 'idle'> {
    const { locator, path, stability, health } = this.#context;
    const live = await this.#openLive(look);
    if (live === 'idle') return 'idle';
    const start = live && (await startIn(live.file, lost.last, lost.finished));
    if (start instanceof FileError) {
      health.report('unopenable', { path, code: start.code });
      await this.#release(live);
      return 'idle';
    }
    if (live !== undefined && start?.kind === 'same') {
      if (!(await this.#isCopy(lost, live))) {
        this.#kept = undefined;
        const archive = (await locator.nameOf(live.facts)) ?? lost.last.position.archive;
        return { ...live, path, archive, start };
      }
    }
    const isAmbiguous = start?.kind === 'earlier' || start?.kind === 'unclear';
    if (live !== undefined && live.facts.size > 0 && isAmbiguous) {
      if (!hasSettled(stability, live.facts)) {
        await this.#release(live);
        return 'idle';
      }
    }
    return this.#route(lost, live, start);
  }

  async close(): Promise<void> {
    await this.#kept?.file.close();
    this.#kept = undefined;
  }

  async #openLive(look: LiveStat): Promise<LiveFile | undefined | 'idle'> {
    const { clock } = this.#context;
    if (this.#kept !== undefined) {
      const { file } = this.#kept;
      this.#kept = undefined;
      await this.keep(file);
      return this.#kept ?? 'idle';
    }
    if (look === 'unknown') return 'idle';
    if (look === 'missing') {
      if (clock.monotonic() < this.#againAt) return 'idle';
      this.#againAt = clock.monotonic() + SEARCH_EVERY_MS;
      return undefined;
    }
    if (this.#plan.isPointless(look)) return 'idle';
    return (await openLive(this.#context)) ?? 'idle';
  }

  /** True when a dated file has the same content, to which the writer may keep writing. */
  async #isCopy({ last, since }: LostPosition, live: LiveFile): Promise<boolean> {
    const known = { position: last.position, since };
    const { archives } = await this.#context.locator.route(known, live.facts);
    return archives.some(({ dated }) => dated !== undefined);
  }

  async #route(
    { last, since }: LostPosition,
    live: LiveFile | undefined,
    start: Start | undefined,
  ): Promise<'again' | 'idle'> {
    const isRewritten = live !== undefined && live === this.#kept;
    const known = { position: last.position, since, isRewritten };
    const route = await this.#plan.plan(known, live);
    if (route === 'idle') {
      await this.#release(live);
      return 'idle';
    }
    this.#kept = undefined;
    const isHere = start?.kind === 'same' || start?.kind === 'earlier';
    if (!route.isFound && !isHere) reportLoss(this.#context, last);
    else if (!isHere && isCutInPlace(last, live)) {
      // Its copy is there. Nobody saw whether there was another one.
      const { path, offset } = last.position;
      reportRewrite(this.#context, { path, offset, unread: undefined, lastLook: since });
    }
    return 'again';
  }

  /** Closes a file that was opened for one step only. */
  async #release(live: LiveFile | undefined): Promise<void> {
    if (live !== this.#kept) await live?.file.close();
  }
}

/** True when the file was truncated, while it was not open here. */
function isCutInPlace({ position, unread }: ResumePoint, live: LiveFile | undefined): boolean {
  return unread === undefined && position.offset > 0 && position.inode === live?.facts.inode;
}
