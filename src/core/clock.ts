/** Time and randomness, so that tests can control both. No other code may access them directly. */
export interface Clock {
  /** Wall-clock time in milliseconds since 1970. May jump. */
  now(): number;
  /** Milliseconds from an arbitrary start that never go backwards: for measuring durations. */
  monotonic(): number;
  /** A number in [0, 1). */
  random(): number;
  /** Calls back once after the given number of milliseconds; the returned function cancels it. */
  after(milliseconds: number, callback: () => void): () => void;
}

/** setTimeout fires at once for anything longer than this (about 24.8 days). */
const LONGEST_TIMER = 2 ** 31 - 1;

/** The real time and randomness of this machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  random: () => Math.random(),
  after(milliseconds, callback) {
    let isCancelled = false;
    const timer = setTimeout(
      () => {
        due.push(() => {
          if (!isCancelled) callback();
        });
        if (due.length === 1) setImmediate(runNext);
      },
      Math.min(Math.max(0, milliseconds), LONGEST_TIMER),
    );
    return () => {
      isCancelled = true;
      clearTimeout(timer);
    };
  },
};

/** What timers have called for, and what is to be done one after the other. */
const due: (() => void)[] = [];

/**
 * Does the next thing that is due. Between two of them the process hears of signals and of all else:
 * Node itself runs one timer after the other for as long as any is due, which is for ever when each
 * takes longer than the time until the next (waiting for a database that another process holds).
 */
function runNext(): void {
  try {
    due[0]?.();
  } finally {
    due.shift();
    if (due.length > 0) setImmediate(runNext);
  }
}

/** Resolves after the given number of milliseconds, or as soon as the signal aborts. Never rejects. */
export function sleep(clock: Clock, milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) {
      resolve();
      return;
    }
    const finish = () => {
      cancel();
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    const cancel = clock.after(milliseconds, finish);
    signal?.addEventListener('abort', finish, { once: true });
  });
}
