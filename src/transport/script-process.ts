import { type ChildProcess, spawn } from 'node:child_process';
import type { Clock } from '../core/clock.ts';
import { ScriptOutput } from './script-output.ts';

/** What to start. */
export interface Command {
  readonly path: string;
  readonly argv0: string;
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
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
  return new Promise((resolve) => {
    let child: ChildProcess;
    try {
      child = spawn(command.path, command.argv, {
        argv0: command.argv0,
        cwd: command.cwd,
        env: command.env,
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    } catch (error) {
      resolve({ kind: 'error', code: codeOf(error) });
      return;
    }
    new Run(child, limits, clock, resolve).begin();
  });
}

/**
 * A running process.
 *
 *     running ──ends by itself──▶ draining ──pipes closed, or grace over──▶ finished
 *        └─time limit, signal─▶ stopping ──group gone and pipes closed──▶ finished
 *                                  └─2 s─▶ killing ──pipes closed, or grace over──▶ finished
 */
class Run {
  readonly #child: ChildProcess;
  readonly #clock: Clock;
  readonly #resolve: (ending: Ending) => void;
  readonly #limits: { timeoutMs: number; signal: AbortSignal };
  readonly #output = new ScriptOutput(OUTPUT_CAP);
  #state: 'running' | 'draining' | 'stopping' | 'killing' | 'finished' = 'running';
  #pipesAreClosed = false;
  #stopped: 'timeout' | 'killed' | undefined;
  #exit: { code: number | null; signal: string | null } | undefined;
  #cancelTimer: () => void = () => {};

  constructor(
    child: ChildProcess,
    limits: { timeoutMs: number; signal: AbortSignal },
    clock: Clock,
    resolve: (ending: Ending) => void,
  ) {
    this.#child = child;
    this.#limits = limits;
    this.#clock = clock;
    this.#resolve = resolve;
  }

  begin(): void {
    const { timeoutMs, signal } = this.#limits;
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: Buffer) => this.#output.add(chunk));
      stream?.on('error', () => {});
    }
    this.#child.on('error', (error) => {
      // Without a process id it never started. Other errors (a signal not sent) change nothing.
      if (this.#child.pid === undefined) this.#finish({ kind: 'error', code: codeOf(error) });
    });
    this.#child.on('exit', (code, exitSignal) => this.#exited(code, exitSignal));
    this.#child.on('close', () => this.#closed());
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
  }

  /** Both pipes are closed, after the exit. */
  #closed(): void {
    this.#pipesAreClosed = true;
    const isDone = this.#state !== 'stopping' || !this.#signalGroup(0);
    if (isDone && this.#exit !== undefined) this.#finish();
  }

  #stop(why: 'timeout' | 'killed'): void {
    if (this.#state !== 'running' || this.#child.pid === undefined) return;
    this.#state = 'stopping';
    this.#stopped = why;
    this.#signalGroup('SIGTERM');
    this.#after(KILL_GRACE_MS, () => {
      this.#signalGroup('SIGKILL');
      this.#state = 'killing';
      if (this.#pipesAreClosed) this.#finish();
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
    this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
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
