import type { ChildProcess } from 'node:child_process';
import type { Clock } from '../../core/clock.ts';
import { startHelper } from '../reader/helper.ts';
import type {
  NoiseReport,
  SettingsText,
  SimulateReport,
  TrialMessage,
  TrialOrder,
  TrialProgress,
} from './orders.ts';

/** How long one may take. */
const LIMIT_MS = 10 * 60_000;
/** So many results are kept. */
const MOST_KEPT = 8;
/** In MiB: the process also has buffers of its own besides. */
const HEAP = 256;

export type RunOrder = Exclude<TrialOrder, { readonly kind: 'settings' }>;

/** Something that was asked for, and how far it is. Times are milliseconds since 1970. */
export interface Run {
  readonly id: number;
  readonly order: RunOrder;
  readonly who: string;
  readonly startedAt: number;
  readonly endedAt: number | undefined;
  readonly progress: TrialProgress | undefined;
  readonly outcome:
    | { readonly kind: 'done'; readonly value: NoiseReport | SimulateReport }
    | { readonly kind: 'failed'; readonly message: string }
    | undefined;
}

export interface RunsParts {
  /** The program of the process, and its arguments. */
  readonly program: URL;
  readonly args: readonly string[];
  /** Changes when the files of the configuration do. */
  readonly stamp: () => string;
  readonly clock: Clock;
}

/**
 * Tries settings on past alerts: in a process of its own, one at a time, for a time that has an end. It can
 * be ended at any moment, since it writes nothing. The last results are kept in memory.
 */
export class Runs {
  readonly #parts: RunsParts;
  #runs: Run[] = [];
  #present: { readonly id: number; readonly helper: ChildProcess; stopClock(): void } | undefined;
  #settings: { readonly stamp: string; readonly text: Promise<SettingsText> } | undefined;
  #lastId = 0;

  constructor(parts: RunsParts) {
    this.#parts = parts;
  }

  /** The one that is at work. */
  get present(): Run | undefined {
    const { id } = this.#present ?? {};
    return id === undefined ? undefined : this.get(id);
  }

  get(id: number): Run | undefined {
    return this.#runs.find((run) => run.id === id);
  }

  /** Those of a kind that are kept, the latest first. */
  list(kind: RunOrder['kind']): Run[] {
    return this.#runs.filter(({ order }) => order.kind === kind).toReversed();
  }

  /** Starts one. @returns undefined while another is at work. */
  start(order: RunOrder, who: string): Run | undefined {
    if (this.#present !== undefined) return undefined;
    const { clock } = this.#parts;
    this.#lastId += 1;
    const id = this.#lastId;
    const run: Run = {
      id,
      order,
      who,
      startedAt: clock.now(),
      endedAt: undefined,
      progress: undefined,
      outcome: undefined,
    };
    this.#runs = [...this.#runs, run].slice(-MOST_KEPT);
    const helper = this.#ask(order, (message) => {
      if (this.#present?.helper !== helper) return;
      if (message.kind === 'progress') this.#change(id, { progress: message });
      else this.#end(id, message as Run['outcome']);
    });
    const stopClock = clock.after(LIMIT_MS, () =>
      this.#fail(id, 'it took longer than ten minutes'),
    );
    this.#present = { id, helper, stopClock };
    return run;
  }

  /** Ends one that is at work. */
  cancel(id: number, who: string): void {
    this.#fail(id, `${who} cancelled it`);
  }

  /** The present settings file as it may be shown. Asked again only once the files have changed. */
  settings(): Promise<SettingsText> {
    const stamp = this.#parts.stamp();
    if (this.#settings?.stamp === stamp) return this.#settings.text;
    const text = new Promise<SettingsText>((resolve) => {
      const failed = (why: string) => {
        this.#settings = undefined;
        resolve({ path: undefined, text: '', why });
      };
      this.#ask({ kind: 'settings' }, (message) => {
        if (message.kind === 'done') resolve(message.value as SettingsText);
        else if (message.kind === 'failed') failed(message.message);
      });
    });
    this.#settings = { stamp, text };
    return text;
  }

  /** Ends all that is at work. */
  close(): void {
    if (this.#present !== undefined) this.#fail(this.#present.id, 'the console was closed');
  }

  /** Tells what a process says, and how it ended where it did not say that. */
  #ask(order: TrialOrder, tell: (message: TrialMessage) => void): ChildProcess {
    const { program, args } = this.#parts;
    const helper = startHelper(program, args, HEAP);
    let isOver = false;
    const take = (message: TrialMessage) => {
      if (isOver) return;
      isOver = message.kind !== 'progress';
      tell(message);
    };
    const ended = () => take({ kind: 'failed', message: 'its process ended before it was done' });
    helper.on('message', take);
    helper.on('error', ended);
    // It may have exited before all that it said is read: the channel closes after that.
    helper.on('disconnect', ended);
    helper.send(order);
    return helper;
  }

  #fail(id: number, message: string): void {
    if (this.#present?.id === id) this.#end(id, { kind: 'failed', message });
  }

  #end(id: number, outcome: Run['outcome']): void {
    const present = this.#present;
    this.#present = undefined;
    present?.stopClock();
    present?.helper.kill('SIGKILL');
    this.#change(id, { outcome, endedAt: this.#parts.clock.now() });
  }

  #change(id: number, what: Partial<Run>): void {
    this.#runs = this.#runs.map((run) => (run.id === id ? { ...run, ...what } : run));
  }
}
