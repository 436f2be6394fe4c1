import type { SourceContext } from './context.ts';
import type { OpenFile } from './open-file.ts';

/** How long a line may take to end while it grows. */
const NO_NEWLINE_MS = 30_000;

/** Notices a file that grows although none of its lines ends. */
export class PendingLine {
  readonly #context: SourceContext;
  #since: { at: number; bytes: number } | undefined;

  constructor(context: SourceContext) {
    this.#context = context;
  }

  /** Looks at how much of a line without a newline there is. */
  watch({ lines, path }: OpenFile): void {
    const { clock, health } = this.#context;
    const bytes = lines.pending;
    if (bytes === 0) {
      this.end(path);
      return;
    }
    const now = clock.monotonic();
    this.#since ??= { at: now, bytes };
    if (bytes > this.#since.bytes && now - this.#since.at >= NO_NEWLINE_MS) {
      health.report('no_newline', { path, bytes });
    }
  }

  /** A line has ended. */
  end(path: string): void {
    this.#since = undefined;
    this.#context.health.clear('no_newline', { path });
  }
}
