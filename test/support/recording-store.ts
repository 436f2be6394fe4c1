import type { IntakeCommit, Outbox } from '../../src/core/outbox.ts';

export interface Accepted {
  readonly commit: IntakeCommit;
  /** Copies of the bytes as they were then. */
  readonly raws: readonly string[];
  readonly excerpts: readonly string[];
  readonly at: number;
}

/** Keeps copies of what intake stores; fails while told to. */
export class RecordingStore {
  readonly accepted: Accepted[] = [];
  /** Commits of which sources fail; `true`: all of them. */
  failing: boolean | ReadonlySet<string> = false;
  tries = 0;

  readonly outbox = {
    checkpoint: () => undefined,
    cursors: () => new Map(),
    waitingBytes: () => new Map(),
    accept: (commit: IntakeCommit, at: number) => {
      this.tries += 1;
      const { failing } = this;
      if (failing === true || (failing !== false && failing.has(commit.checkpoint.source))) {
        throw new Error('database or disk is full');
      }
      const raws = commit.alerts.map(({ raw }) => raw.toString('latin1'));
      const excerpts = commit.unreadable.map(({ excerpt }) => excerpt.toString('latin1'));
      this.accepted.push({ commit, raws, excerpts, at });
    },
  } as unknown as Outbox;

  /** All alerts that were stored, in order; of one source only, when it is named. */
  raws(source?: string): string[] {
    return this.accepted
      .filter(({ commit }) => source === undefined || commit.checkpoint.source === source)
      .flatMap(({ raws }) => raws);
  }
}
