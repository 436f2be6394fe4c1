import { statSync } from 'node:fs';

/** Which file is at a path: to notice that it was removed or replaced. */
export class FileIdentity {
  readonly path: string;
  readonly #identity: string | undefined;

  /** Remembers the file that is there now. */
  constructor(path: string) {
    this.path = path;
    this.#identity = identityOf(path);
  }

  /** True while the same file is at the path. */
  isInPlace(): boolean {
    return this.#identity !== undefined && identityOf(this.path) === this.#identity;
  }
}

/** The path is only looked up: to open and close a file would give up SQLite's locks on it. */
function identityOf(path: string): string | undefined {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}
