import type { ScriptCall, ScriptResult, ScriptRunner } from '../core/destination.ts';
import { noFiles } from './script.ts';
import type { ScriptPlaces } from './script-place.ts';

type Limits = Parameters<ScriptRunner['run']>[1];

/** Bytes of the files of all scripts that run at a time: `/tmp` is memory on many machines. */
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * Lets runs begin: once the place of their files is recorded, and while there is room for them. The
 * rest waits, in the order in which it came; its time limit begins only then. A run that is larger than
 * all the room has it for itself.
 */
export class ScriptAdmission implements ScriptRunner {
  readonly #runner: ScriptRunner;
  readonly #places: ScriptPlaces;
  readonly #most: number;
  #bytes = 0;
  #waiting: { readonly bytes: number; readonly begin: () => void }[] = [];

  constructor(runner: ScriptRunner, places: ScriptPlaces, most = MOST_BYTES) {
    this.#runner = runner;
    this.#places = places;
    this.#most = most;
  }

  async run(call: ScriptCall, limits: Limits): Promise<ScriptResult> {
    try {
      this.#places.prepare();
    } catch (error) {
      return noFiles(this.#places.place.directory, error);
    }
    const alertBytes = call.alertAt?.bytes ?? call.alertFile.length;
    const bytes = alertBytes + Buffer.byteLength(call.optionsFile ?? '');
    if (!(await this.#room(bytes, limits.signal))) {
      return { kind: 'killed', signal: 'SIGTERM', output: '' };
    }
    try {
      return await this.#runner.run(call, limits);
    } finally {
      this.#bytes -= bytes;
      this.#admit();
    }
  }

  /** Resolves with true when so many bytes are taken, with false when it is aborted before. */
  #room(bytes: number, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const onAbort = () => {
        this.#waiting = this.#waiting.filter((one) => one !== waiting);
        resolve(false);
        this.#admit();
      };
      const begin = () => {
        signal.removeEventListener('abort', onAbort);
        resolve(true);
      };
      const waiting = { bytes, begin };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiting.push(waiting);
      this.#admit();
    });
  }

  #admit(): void {
    for (;;) {
      const [first] = this.#waiting;
      if (first === undefined) return;
      if (this.#bytes > 0 && this.#bytes + first.bytes > this.#most) return;
      this.#waiting.shift();
      this.#bytes += first.bytes;
      first.begin();
    }
  }
}
