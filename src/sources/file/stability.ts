import type { Clock } from '../../core/clock.ts';
import type { FileStat } from './files.ts';

/** Waits for things that should happen, but not forever. */
export class StabilityTimer {
  readonly #clock: Clock;
  readonly #since = new Map<string, { at: number; value: string }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * True once this has been asked for the given number of milliseconds under the same key with the same value.
   * Another value restarts the wait.
   */
  isOver(key: string, value: string, milliseconds: number): boolean {
    const now = this.#clock.monotonic();
    const waiting = this.#since.get(key);
    if (waiting?.value === value) return now - waiting.at >= milliseconds;
    this.#since.set(key, { at: now, value });
    return milliseconds <= 0;
  }

  /** Ends a wait, so that the next starts again. */
  forget(key: string): void {
    this.#since.delete(key);
  }
}

const QUIET_MS = 1000;
const LONGEST_MS = 5000;

/**
 * True when a file has stopped growing, or has been watched for long enough: a copy that is being
 * written looks like a truncated file.
 */
export function hasSettled(stability: StabilityTimer, facts: FileStat): boolean {
  const quiet = stability.isOver('quiet', `${facts.inode} ${facts.size}`, QUIET_MS);
  const longest = stability.isOver('settling', facts.inode, LONGEST_MS);
  return quiet || longest;
}
