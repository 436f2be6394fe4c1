import { type ChildProcess, fork } from 'node:child_process';
import type { Clock } from '../core/clock.ts';
import type { ScriptCall, ScriptResult } from '../core/destination.ts';
import type { HostAnswer, HostRequest, HostSetup } from './script-host.ts';

/** How long after its time limit a script may still be reported: it is killed, then its output read. */
const LATE_MS = 15_000;
/** How much is kept of what a host says last, such as why it crashes. */
const LAST_WORDS = 1000;
/** How long a host may take to end what it runs, and itself. */
const CLOSE_MS = 5000;

/**
 * Starts a process that runs `serveScripts`.
 * @param file the program.
 * @param args its arguments. Everybody can read them.
 * @param env its environment; Node's own variables are not for it.
 * @param nodeOptions what Node needs to run that file.
 * @throws Error when the system refuses; other failures are events of the process.
 */
export function forkScriptHost(
  file: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  nodeOptions: readonly string[] = [],
): ChildProcess {
  return fork(file, args, {
    env,
    // It stays small: what it holds, the system copies for every script. Code that is only run once
    // per script is not worth optimizing.
    execArgv: ['--max-semi-space-size=1', '--single-threaded', '--no-opt', ...nodeOptions],
    // Keeps the bytes of alerts, and does not turn them into text and back.
    serialization: 'advanced',
    // Away from the terminal: Ctrl-C there is for the daemon.
    detached: true,
    // Nor may what it says stand in the way of anybody: the daemon reads it.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
}

type Finish = (result: ScriptResult | undefined) => void;

/** How a host ended. */
export interface HostEnd {
  /** Its exit code or its signal. */
  readonly how: string;
  /** Whether it had begun to work. */
  readonly wasReady: boolean;
  /** What it said last. */
  readonly said: string | undefined;
}

/** A script host, seen from the daemon. */
export class ScriptHostProcess {
  readonly #child: ChildProcess;
  readonly #clock: Clock;
  readonly #runs = new Map<number, { readonly path: string; readonly finish: Finish }>();
  #lastId = 0;
  #setup: HostSetup | undefined;
  #isReady = false;
  #isClosing = false;
  readonly #ended: Promise<void>;
  #lastWords = '';

  /**
   * @param onEnd told when the process is gone. Then its runs get their results.
   */
  constructor(child: ChildProcess, clock: Clock, onEnd: (end: HostEnd) => void) {
    this.#child = child;
    this.#clock = clock;
    child.on('message', (answer: HostAnswer) => this.#take(answer));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#lastWords = (this.#lastWords + text).slice(-LAST_WORDS);
    });
    this.#ended = new Promise((resolve) => {
      let how: string | undefined;
      const end = () => {
        // The end of its channel comes after the last result that it sent.
        if (how === undefined || (child.pid !== undefined && child.connected)) return;
        onEnd({ how, wasReady: this.#isReady, said: this.#lastWords.trim() || undefined });
        this.#lose(how);
        resolve();
      };
      child.on('error', ({ message }) => {
        if (child.pid === undefined) how = message;
        end();
      });
      child.on('exit', (code, signal) => {
        how = signal ?? `exit code ${code}`;
        end();
      });
      child.on('disconnect', end);
    });
  }

  /** Scripts that it runs now. */
  get load(): number {
    return this.#runs.size;
  }

  /**
   * Runs a script. Resolves with undefined when the host ended before it began to work: then the
   * script has not been run.
   * @param setup what holds for this run; it is only sent where it is another object than the last.
   */
  run(
    setup: HostSetup,
    call: ScriptCall,
    limits: { timeoutMs: number; signal: AbortSignal; name: string },
  ): Promise<ScriptResult | undefined> {
    const { timeoutMs, signal, name } = limits;
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve) => {
      const stop = () => this.#send({ kind: 'stop', id });
      const cancelTimer = this.#clock.after(timeoutMs + LATE_MS, () => this.#child.kill('SIGKILL'));
      const finish = (result: ScriptResult | undefined) => {
        cancelTimer();
        signal.removeEventListener('abort', stop);
        this.#runs.delete(id);
        resolve(result);
        this.#disconnectAfterLast();
      };
      this.#runs.set(id, { path: call.path, finish });
      signal.addEventListener('abort', stop, { once: true });
      if (this.#setup !== setup) this.#send({ kind: 'setup', setup });
      this.#setup = setup;
      this.#send({ kind: 'run', id, call, timeoutMs, name });
      if (signal.aborted) stop();
    });
  }

  /** Stops what it runs, then the host. Resolves when it is gone. */
  async close(): Promise<void> {
    const cancelTimer = this.#clock.after(CLOSE_MS, () => this.#child.kill('SIGKILL'));
    this.#isClosing = true;
    for (const id of this.#runs.keys()) this.#send({ kind: 'stop', id });
    this.#disconnectAfterLast();
    await this.#ended;
    cancelTimer();
  }

  #disconnectAfterLast(): void {
    if (this.#isClosing && this.load === 0 && this.#child.connected) this.#child.disconnect();
  }

  #take(answer: HostAnswer): void {
    if (answer.kind === 'ready') this.#isReady = true;
    else this.#runs.get(answer.id)?.finish(answer.result);
  }

  #send(request: HostRequest): void {
    // When it cannot be sent, the host is ending.
    if (this.#child.connected) this.#child.send(request, () => {});
  }

  #lose(how: string): void {
    for (const { path, finish } of this.#runs.values()) {
      const message = `The process that ran ${path} for integratord exited (${how}), so it is unknown whether the script finished.`;
      finish(this.#isReady ? { kind: 'failed', message } : undefined);
    }
  }
}
