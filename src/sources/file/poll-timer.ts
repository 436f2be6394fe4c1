import { watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';

/** Looking at the file is cheap, but not free: at once after news, less often in the long run. */
const SHORTEST_MS = 25;
const LONGEST_MS = 250;
const SLOWER = 1.6;

/** Asks the system to be notified of changes; like `fs.watch`, it may throw. */
export type Watch = (path: string, changed: (name: string | null) => void) => Watcher;
export interface Watcher {
  close(): void;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

const systemWatch: Watch = (path, changed) =>
  watch(path, { persistent: false }, (_event, name) => changed(name));

/**
 * Decides when to poll the file again. Polling is what counts; notifications of the
 * system only make it sooner. They may fail, be lost, or not exist (network file systems).
 */
export class PollTimer {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #path: string;
  readonly #watch: Watch;
  #watchers: Watcher[] = [];
  #delay = SHORTEST_MS;
  #isAwake = false;
  #wake: (() => void) | undefined;
  #failed = false;
  #isClosed = false;

  constructor(clock: Clock, log: Log, path: string, watch = systemWatch) {
    this.#clock = clock;
    this.#watch = watch;
    this.#log = log;
    this.#path = path;
  }

  /**
   * Watches the file that is at the path now, and the directory for another one. The file itself
   * has to be watched: the manager writes to it under the name of its archive, and such writes are
   * not reported to those who watch another directory.
   */
  watch(): void {
    this.#unwatch();
    if (this.#isClosed) return;
    this.#watchPath(this.#path, () => true);
    const name = basename(this.#path);
    this.#watchPath(dirname(this.#path), (changed) => changed === null || changed === name);
  }

  /** There was something new: poll again soon. */
  hurry(): void {
    this.#delay = SHORTEST_MS;
  }

  /** Waits until it is time to poll again, or the signal aborts. */
  async pause(signal: AbortSignal): Promise<void> {
    if (!this.#isAwake && !this.#isClosed && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const finish = () => {
          cancel();
          signal.removeEventListener('abort', finish);
          this.#wake = undefined;
          resolve();
        };
        const cancel = this.#clock.after(this.#delay, finish);
        signal.addEventListener('abort', finish, { once: true });
        this.#wake = finish;
      });
      this.#delay = Math.min(LONGEST_MS, this.#delay * SLOWER);
    }
    this.#isAwake = false;
  }

  /** Ends a pause, and any later one at once. */
  close(): void {
    this.#isClosed = true;
    this.#unwatch();
    this.#wake?.();
  }

  #watchPath(path: string, concerns: (changed: string | null) => boolean): void {
    try {
      const watcher = this.#watch(path, (changed) => {
        if (concerns(changed)) this.#notified();
      });
      watcher.on('error', (error) => {
        watcher.close();
        this.#reportFailure(error);
      });
      this.#watchers.push(watcher);
    } catch (error) {
      // A file that is not there yet is not a failure.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.#reportFailure(error);
    }
  }

  #notified(): void {
    this.#isAwake = true;
    this.hurry();
    this.#wake?.();
  }

  #unwatch(): void {
    for (const watcher of this.#watchers) watcher.close();
    this.#watchers = [];
  }

  #reportFailure(error: unknown): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#log.info('no change notifications for the alert file; polling it four times a second', {
      path: this.#path,
      reason: (error as NodeJS.ErrnoException).code ?? String(error),
    });
  }
}
