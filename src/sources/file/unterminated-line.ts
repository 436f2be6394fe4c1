import type { SourceContext } from './context.ts';
import type { Track } from './open-file.ts';

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
  watch({ lines, path }: Track): void {
    const { clock, troubles } = this.#context;
    const bytes = lines.pending;
    if (bytes === 0) {
      this.end(path);
      return;
    }
    const now = clock.monotonic();
    this.#since ??= { at: now, bytes };
    if (bytes > this.#since.bytes && now - this.#since.at >= NO_NEWLINE_MS) {
      troubles.raise('no_newline', { path, bytes });
    }
  }

  /** A line has ended. */
  end(path: string): void {
    this.#since = undefined;
    this.#context.troubles.clear('no_newline', { path });
  }
}
