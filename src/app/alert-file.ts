import type { Clock } from '../core/clock.ts';
import { DAY_MS } from '../core/durations.ts';
import type { Log } from '../core/log.ts';
import type { Outbox } from '../core/outbox.ts';
import type { ReadingLimits } from '../core/settings.ts';
import { FILE_SOURCE, FileSource } from '../sources/file/file-source.ts';

export interface AlertFileParts {
  readonly path: string;
  readonly outbox: Pick<Outbox, 'checkpoint'>;
  readonly fromStart: boolean;
  readonly limits: ReadingLimits;
  readonly clock: Clock;
  readonly log: Log;
}

/** The alert file as a source that goes on where the outbox says. */
export function alertFileSource({ outbox, limits, ...parts }: AlertFileParts): FileSource {
  return new FileSource({
    ...parts,
    checkpoint: outbox.checkpoint(FILE_SOURCE),
    lookBack: {
      maxAgeMs: limits.lookBackDays * DAY_MS,
      maxFiles: limits.lookBackFiles,
      maxBytes: limits.lookBackBytes,
    },
  });
}
