import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The built command, as `bin` in package.json names it. */
export const COMMAND = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What the launcher in a manager's `bin` runs. */
export const LAUNCHED = fileURLToPath(new URL('../../dist/cli/wazuh.js', import.meta.url));

/** Runs a command of integratord to its end. */
export function integratord(
  args: readonly string[],
  {
    input = '',
    env = {},
    program = COMMAND,
  }: { input?: string | Buffer; env?: NodeJS.ProcessEnv; program?: string } = {},
): Promise<Finished> {
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** A line of the daemon's JSON log. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly msg: string };

/** A running daemon. */
export class DaemonProcess {
  readonly #child: ChildProcess;
  readonly exited: Promise<number | null>;
  /** Everything it wrote to standard error. */
  output = '';
  #hasExited = false;

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.output += text;
    });
    this.exited = new Promise((resolve) => {
      child.on('close', (code) => {
        this.#hasExited = true;
        resolve(code);
      });
    });
  }

  /**
   * Starts it and waits until it is reading.
   * @param launcher a command that becomes the one that follows it.
   * @param program another version than the one that was built.
   */
  static async start(
    home: string,
    args: readonly string[] = [],
    env: NodeJS.ProcessEnv = {},
    launcher: readonly string[] = [],
    program = COMMAND,
  ): Promise<DaemonProcess> {
    const daemon = DaemonProcess.launch(home, args, env, launcher, program);
    await daemon.logged('ready');
    return daemon;
  }

  /** Starts it, and does not wait. */
  static launch(
    home: string,
    args: readonly string[] = [],
    env: NodeJS.ProcessEnv = {},
    launcher: readonly string[] = [],
    program = COMMAND,
  ): DaemonProcess {
    const [command, ...rest] = [...launcher, process.execPath, program, 'run'];
    const child = spawn(
      command,
      [...rest, '--home', home, '--log-format', 'json', '--log-level', 'debug', ...args],
      { env: { ...process.env, ...env }, stdio: ['ignore', 'inherit', 'pipe'] },
    );
    return new DaemonProcess(child);
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  get log(): LogLine[] {
    return this.output
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as LogLine);
  }

  /** Waits until a message was logged. */
  async logged(message: string, matches: (line: LogLine) => boolean = () => true): Promise<void> {
    const found = () => this.log.some((line) => line.msg === message && matches(line));
    await until(() => found() || this.#hasExited, `the log says "${message}"`);
    if (!found()) throw new Error(`it ended before it logged "${message}":\n${this.output}`);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null> {
    this.signal('SIGTERM');
    return this.exited;
  }

  /** SIGKILL; resolves when it is gone. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.exited;
  }
}

/** Waits for a condition; the deadline is only there to end a test that would wait forever. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  deadlineMs = 240_000,
): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 10);
    });
  }
}
