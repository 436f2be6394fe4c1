import {
  TRIAL_SPANS,
  type TrialOrder,
  type TrialProgress,
  type TrialResults,
  type TrialSpan,
} from '../../../console/steering/orders.ts';
import type { Clock } from '../../../core/clock.ts';
import type { Records } from '../../../simulation/in-order.ts';
import { ALWAYS, AlertHistory, type HistoryBatch } from '../../../sources/file/history.ts';
import type { HistoryFile } from '../../../sources/file/history-files.ts';
import { noiseOf } from '../../noise.ts';
import { simulate } from '../../simulation.ts';
import { presentSettings, shownSettings, type TriedPaths, trySettings } from './tried-settings.ts';

export interface TrialParts {
  readonly paths: TriedPaths;
  readonly clock: Clock;
  readonly onProgress: (progress: TrialProgress) => void;
}

/** Finds out what is asked. Reads the configuration and past alerts; writes and sends nothing. */
export async function runTrial(
  order: TrialOrder,
  parts: TrialParts,
): Promise<TrialResults[TrialOrder['kind']]> {
  const { paths, clock } = parts;
  if (order.kind === 'settings') {
    const shown = shownSettings(paths);
    const path = paths.settings;
    return typeof shown === 'string'
      ? { path, text: '', why: shown }
      : { path, text: shown.text, why: undefined };
  }
  const now = clock.now();
  if (order.kind === 'noise') {
    const past = await openPast(order.span, now, parts);
    const present = presentSettings(paths);
    const noise = await noiseOf(present, present.text, past.read, now);
    return { noise, missing: past.missing() };
  }
  const { setup, fatal, problems, hasReferences } = trySettings(paths, order.settings);
  if (fatal) return { problems, hasReferences, result: undefined, missing: [] };
  const before = presentSettings(paths);
  const past = await openPast(order.span, now, parts);
  const result = await simulate({ after: setup, before, read: past.read, now });
  return { problems, hasReferences, result, missing: past.missing() };
}

/** The alerts of a span, and what of them cannot be read. */
async function openPast(span: TrialSpan, now: number, { paths, clock, onProgress }: TrialParts) {
  const history = new AlertHistory({ path: paths.alerts, clock });
  const length = TRIAL_SPANS[span];
  const range = length === undefined ? ALWAYS : { since: now - length, until: now };
  // Of the live file alone, an archive of the same day is the same file.
  const all = await history.files(length === undefined ? { since: now, until: now } : range);
  const files = length === undefined ? all.filter(({ isLive }) => isLive) : all;
  const progress = new Progress(files, onProgress);
  return {
    read: (): AsyncIterable<Records> => progress.watch(history.read(files, range)),
    missing: () => history.problems.map(({ path, message }) => `${path}: ${message}`),
  };
}

/** Tells how far reading is, by the files that are read and what lies behind in them. */
class Progress {
  readonly #files: readonly HistoryFile[];
  readonly #tell: (progress: TrialProgress) => void;
  readonly #total: number;
  #pass = 0;

  constructor(files: readonly HistoryFile[], tell: (progress: TrialProgress) => void) {
    this.#files = files;
    this.#tell = tell;
    this.#total = files.reduce((sum, { facts }) => sum + facts.size, 0);
  }

  async *watch(batches: AsyncIterable<HistoryBatch>): AsyncGenerator<Records> {
    this.#pass += 1;
    let told = -1;
    for await (const batch of batches) {
      const done = this.#doneAt(batch);
      if (done - told > this.#total / 200) {
        told = done;
        this.#tell({ done, total: this.#total, pass: this.#pass });
      }
      yield batch;
    }
  }

  #doneAt({ path, offset }: HistoryBatch): number {
    let before = 0;
    for (const { path: other, facts, isCompressed } of this.#files) {
      // Of what is compressed, nobody knows how much there is.
      if (other === path) return before + (isCompressed ? 0 : Math.min(offset, facts.size));
      before += facts.size;
    }
    return before;
  }
}
