import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const DRIVER = new URL('../../node_modules/@photostructure/sqlite/dist/index.mjs', import.meta.url);

/** Another process that holds a database: nobody else can write to it. */
export class DatabaseHolder {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Resolves once it holds it. */
  static async hold(path: string): Promise<DatabaseHolder> {
    const script = `
      import { DatabaseSync } from ${JSON.stringify(fileURLToPath(DRIVER))};
      // Global: else it is collected as garbage, and lets go.
      const database = (globalThis.held = new DatabaseSync(process.argv[1], { timeout: 60000 }));
      database.exec('BEGIN IMMEDIATE');
      console.log('held');
      process.stdin.resume().on('end', () => process.exit());`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script, path], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await new Promise<void>((resolve, reject) => {
      child.stdout.once('data', () => resolve());
      child.once('close', () => reject(new Error('it ended before it held the database')));
    });
    return new DatabaseHolder(child);
  }

  async letGo(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const closed = new Promise((resolve) => this.#child.once('close', resolve));
    this.#child.kill('SIGKILL');
    await closed;
  }
}
