// The first module that a daemon evaluates. It imports only what is tiny: until it is there, a signal
// ends the process.
import { performance } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import { type Clock, systemClock } from '../core/clock.ts';

/** From the first signal that asks to stop, this process ends within this time, whatever hangs. */
export const STOP_MS = 10_000;
/** Then it is killed, if it has not ended by itself. */
const KILL_MS = STOP_MS - 100;
/** How often to look how busy the process was. */
const LOOK_MS = 250;

export type StopSignal = 'SIGTERM' | 'SIGINT' | 'SIGQUIT';

/** That a signal asked to stop. */
export interface StopRequest {
  readonly signal: StopSignal;
  /** When it came, by the monotonic clock, or a little earlier. */
  readonly at: number;
}

/**
 * The signals of a daemon. What came before anybody asked is not forgotten: it is told to whoever
 * asks first.
 */
export class Signals {
  readonly #clock: Clock;
  readonly #controller = new AbortController();
  readonly #handlers = new Map<NodeJS.Signals, () => void>();
  readonly #busy: BusyTime;
  /** Resolves with the first signal that asks to stop. */
  readonly stopped: Promise<StopRequest>;
  #request: StopRequest | undefined;
  #resolve: (request: StopRequest) => void = () => {};
  #hangup: (() => void) | undefined;
  #isHangupDue = false;
  /** What a second signal that asks to stop does: it ends the process at once. */
  onSecond: (signal: StopSignal) => void = (signal) => this.#raise(signal);

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
    this.#busy = new BusyTime(clock);
    this.stopped = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** Aborted by the first signal that asks to stop. */
  get stop(): AbortSignal {
    return this.#controller.signal;
  }

  /** Takes SIGHUP, and these signals, from the system. */
  take(stopSignals: readonly StopSignal[]): void {
    for (const signal of stopSignals) this.#handlers.set(signal, () => this.#stop(signal));
    this.#handlers.set('SIGHUP', () => this.#hungUp());
    for (const [signal, handler] of this.#handlers) process.on(signal, handler);
    this.#busy.watch();
  }

  /** Sets what SIGHUP does from now on. Where one has come that did nothing yet, it does it now. */
  onHangup(callback: () => void): void {
    this.#hangup = callback;
    if (!this.#isHangupDue) return;
    this.#isHangupDue = false;
    callback();
  }

  /** Until {@link onHangup} is called again, SIGHUP waits. */
  holdHangup(): void {
    this.#hangup = undefined;
  }

  /** How many milliseconds are left until so many after the first signal that asked to stop. */
  left(milliseconds: number): number {
    const { at } = this.#request ?? { at: this.#clock.monotonic() };
    return Math.max(0, at + milliseconds - this.#clock.monotonic());
  }

  /** At the end of the process: nothing here keeps it alive. */
  close(): void {
    this.#busy.stop();
  }

  /** Leaves the signals to the system again, for what is no daemon. What came meanwhile comes now. */
  release(): void {
    for (const [signal, handler] of this.#handlers) process.off(signal, handler);
    this.#handlers.clear();
    this.close();
    if (this.#request !== undefined) this.#raise(this.#request.signal);
    if (this.#isHangupDue) this.#raise('SIGHUP');
  }

  #hungUp(): void {
    if (this.#hangup === undefined) this.#isHangupDue = true;
    else this.#hangup();
  }

  #stop(signal: StopSignal): void {
    if (this.#request !== undefined) {
      this.onSecond(signal);
      return;
    }
    // The process may have been at work when the signal came, and did not hear of it until now.
    const late = Math.min(this.#busy.recent(), STOP_MS / 2);
    this.#busy.stop();
    this.#request = { signal, at: this.#clock.monotonic() - late };
    killAfter(KILL_MS - late);
    this.#resolve(this.#request);
    this.#controller.abort();
  }

  /** What the signal does to a process that does not take it. */
  #raise(signal: NodeJS.Signals): void {
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  }
}

/** How long this process did nothing but work. */
class BusyTime {
  readonly #clock: Clock;
  #before = performance.eventLoopUtilization();
  #last = this.#before;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  watch(): void {
    this.#cancel = this.#clock.after(LOOK_MS, () => {
      this.#before = this.#last;
      this.#last = performance.eventLoopUtilization();
      this.watch();
    });
  }

  stop(): void {
    this.#cancel?.();
  }

  /**
   * For how many milliseconds a signal that is heard of now may have waited, since the process did
   * nothing but work; 0 for a short time. A look comes before the signal, after the work that kept
   * both waiting: it takes the look before that one to see it.
   */
  recent(): number {
    const { active } = performance.eventLoopUtilization(this.#before);
    return active > 2 * LOOK_MS ? active : 0;
  }
}

/**
 * Kills this process from a thread of its own, since this one may stand still: in a system call of a
 * disk that does not answer, or waiting for the lock of a database.
 */
function killAfter(milliseconds: number): void {
  const code = `
    const { workerData } = require('node:worker_threads');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, workerData);
    process.kill(process.pid, 'SIGKILL');`;
  try {
    // Its output is nobody's: otherwise Node opens its own, blocking streams for it.
    const options = { eval: true, workerData: milliseconds, stdout: true, stderr: true };
    new Worker(code, { ...options, execArgv: [] }).on('error', () => {}).unref();
  } catch {
    // The system has no thread left for it. The process can still end by itself.
  }
}
