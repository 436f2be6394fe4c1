import { existsSync, lstatSync } from 'node:fs';
import type { Clock } from '../core/clock.ts';
import { MINUTE_MS } from '../core/durations.ts';
import type { Log } from '../core/log.ts';
import { removeDatabase } from '../outbox/copy.ts';
import { KEPT_MS, keptCopyPath, newerPath } from '../outbox/kept-copy.ts';

export interface KeptCopiesParts {
  readonly directory: string;
  /** The disk that they are on: bytes. */
  readonly disk: { readonly size: number; readonly freeBytes: number };
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Removes what an upgrade, or going back from one, has kept of the outbox: after seven days, or when the
 * disk has no more free than the daemon keeps for itself.
 */
export class KeptCopies {
  readonly #parts: KeptCopiesParts;
  #cancel: (() => void) | undefined;

  constructor(parts: KeptCopiesParts) {
    this.#parts = parts;
  }

  /** Looks now, and then every minute, until it is stopped. */
  start(): void {
    this.#look();
    this.#cancel = this.#parts.clock.after(MINUTE_MS, () => this.start());
  }

  stop(): void {
    this.#cancel?.();
  }

  #look(): void {
    const { directory, disk, clock, log } = this.#parts;
    // What is partial was left by a process that was killed while it copied.
    const kept = keptCopyPath(directory);
    for (const path of [kept, `${kept}.partial`, newerPath(directory)]) {
      if (!existsSync(path)) continue;
      try {
        const age = clock.now() - lstatSync(path).mtimeMs;
        const why = age > KEPT_MS ? 'age' : disk.freeBytes < disk.size ? 'room' : undefined;
        if (why === undefined) continue;
        removeDatabase(path);
        log.info('copy of the outbox from before the upgrade is removed', { copy: path, why });
      } catch {
        // Someone else has removed it, or the next look does.
      }
    }
  }
}
