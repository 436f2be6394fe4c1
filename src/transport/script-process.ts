import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import type { Readable } from 'node:stream';
import type { Clock } from '../core/clock.ts';
import { ScriptOutput } from './script-output.ts';
import type { OutputPipe } from './script-pipe.ts';

/** What to start. */
export interface Command {
  readonly path: string;
  readonly argv0: string;
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Takes both of its outputs, in the order in which they are written. */
  readonly pipe: OutputPipe;
}

/** How a process ended, or that it could not be started. */
export type Ending =
  | { readonly kind: 'exited'; readonly code: number; readonly output: string }
  | { readonly kind: 'killed'; readonly signal: string; readonly output: string }
  | { readonly kind: 'timeout'; readonly output: string }
  | { readonly kind: 'error'; readonly code: string };

/** Bytes of output that are kept. */
const OUTPUT_CAP = 64 * 1024;
/** From SIGTERM to SIGKILL. */
const KILL_GRACE_MS = 2000;
/** How long output may still come after the script itself has ended. */
const GRACE_MS = 1000;

/**
 * Runs a command in a process group of its own, without a shell and without input, until it ends, or
 * until the time limit or the signal: then its whole group gets SIGTERM, and after 2 seconds SIGKILL.
 * What a script leaves running when it ends by itself keeps running, as with the reference, but is not
 * waited for. Resolves in every case.
 */
export function runProcess(
  command: Command,
  limits: { timeoutMs: number; signal: AbortSignal },
  clock: Clock,
): Promise<Ending> {
  const { writeEnd, output } = command.pipe;
  return new Promise((resolve) => {
    let child: ChildProcess;
    try {
      child = spawn(command.path, command.argv, {
        argv0: command.argv0,
        cwd: command.cwd,
        env: command.env,
        detached: true,
        stdio: ['ignore', writeEnd, writeEnd],
      });
    } catch (error) {
      output.destroy();
      resolve({ kind: 'error', code: codeOf(error) });
      return;
    } finally {
      closeSync(writeEnd);
    }
    new Run(child, output, limits, clock, resolve).begin();
  });
}

/**
 * A running process.
 *
 *     running ──ends by itself──▶ draining ──pipe closed, or grace over──▶ finished
 *        └─time limit, signal─▶ stopping ──group gone and pipe closed──▶ finished
 *                                  └─2 s─▶ killing ──pipe closed, or grace over──▶ finished
 */
class Run {
  readonly #child: ChildProcess;
  readonly #pipe: Readable;
  readonly #clock: Clock;
  readonly #resolve: (ending: Ending) => void;
  readonly #limits: { timeoutMs: number; signal: AbortSignal };
  readonly #output = new ScriptOutput(OUTPUT_CAP);
  #state: 'running' | 'draining' | 'stopping' | 'killing' | 'finished' = 'running';
  #pipeIsClosed = false;
  #stopped: 'timeout' | 'killed' | undefined;
  #exit: { code: number | null; signal: string | null } | undefined;
  #cancelTimer: () => void = () => {};

  constructor(
    child: ChildProcess,
    pipe: Readable,
    limits: { timeoutMs: number; signal: AbortSignal },
    clock: Clock,
    resolve: (ending: Ending) => void,
  ) {
    this.#child = child;
    this.#pipe = pipe;
    this.#limits = limits;
    this.#clock = clock;
    this.#resolve = resolve;
  }

  begin(): void {
    const { timeoutMs, signal } = this.#limits;
    this.#pipe.on('data', (chunk: Buffer) => this.#output.add(chunk));
    this.#pipe.on('error', () => {});
    this.#pipe.on('close', () => {
      this.#pipeIsClosed = true;
      this.#closed();
    });
    this.#child.on('error', (error) => {
      // Without a process id it never started. Other errors (a signal not sent) change nothing.
      if (this.#child.pid === undefined) this.#finish({ kind: 'error', code: codeOf(error) });
    });
    this.#child.on('exit', (code, exitSignal) => this.#exited(code, exitSignal));
    signal.addEventListener('abort', this.#onAbort, { once: true });
    this.#cancelTimer = this.#clock.after(timeoutMs, () => this.#stop('timeout'));
    if (signal.aborted) this.#stop('killed');
  }

  readonly #onAbort = () => this.#stop('killed');

  #exited(code: number | null, signal: string | null): void {
    this.#exit = { code, signal };
    if (this.#state === 'running') {
      this.#state = 'draining';
      this.#after(GRACE_MS, () => this.#finish());
    }
    this.#closed();
  }

  /** It has ended, and the pipe is closed. */
  #closed(): void {
    if (!this.#pipeIsClosed || this.#exit === undefined) return;
    const isDone = this.#state !== 'stopping' || !this.#signalGroup(0);
    if (isDone) this.#finish();
  }

  #stop(why: 'timeout' | 'killed'): void {
    if (this.#state !== 'running' || this.#child.pid === undefined) return;
    this.#state = 'stopping';
    this.#stopped = why;
    this.#signalGroup('SIGTERM');
    this.#after(KILL_GRACE_MS, () => {
      this.#signalGroup('SIGKILL');
      this.#state = 'killing';
      if (this.#pipeIsClosed) this.#finish();
      else this.#after(GRACE_MS, () => this.#finish());
    });
  }

  /** Sends a signal to the group; 0 only asks. False when no process of it is left. */
  #signalGroup(signal: NodeJS.Signals | 0): boolean {
    const { pid } = this.#child;
    if (pid === undefined) return false;
    try {
      process.kill(-pid, signal);
      return true;
    } catch (error) {
      return codeOf(error) !== 'ESRCH';
    }
  }

  #after(milliseconds: number, callback: () => void): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#clock.after(milliseconds, callback);
  }

  #finish(ending: Ending = this.#ending()): void {
    if (this.#state === 'finished') return;
    this.#state = 'finished';
    this.#cancelTimer();
    this.#limits.signal.removeEventListener('abort', this.#onAbort);
    this.#pipe.destroy();
    this.#resolve(ending);
  }

  #ending(): Ending {
    const output = this.#output.toString();
    if (this.#stopped === 'timeout') return { kind: 'timeout', output };
    const { code, signal } = this.#exit ?? { code: null, signal: 'SIGKILL' };
    if (this.#stopped === undefined && code !== null) return { kind: 'exited', code, output };
    return { kind: 'killed', signal: signal ?? 'SIGTERM', output };
  }
}

function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : 'unknown error';
}
