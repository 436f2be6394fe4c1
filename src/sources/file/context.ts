import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import { Throttle } from '../../core/throttle.ts';
import { Locator } from './archive-locator.ts';
import { ArchiveLayout } from './archives.ts';
import { FileError, type FileStat, type FileSystem, isSameFile, type Readable } from './files.ts';
import { SourceHealth } from './health.ts';
import type { LookBack } from './look-back.ts';
import { StabilityTimer } from './stability.ts';
import { noCounts, type SourceCounts } from './status.ts';

/** What the parts of a source share. */
export interface SourceContext {
  /** The path of the live file. */
  readonly path: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly files: FileSystem;
  readonly locator: Locator;
  readonly health: SourceHealth;
  readonly stability: StabilityTimer;
  readonly counts: SourceCounts;
  readonly lookBack: LookBack;
  readonly maxLineBytes: number;
  readonly overlongThrottle: Throttle;
}

const REPORT_EVERY_MS = 60_000;

/** A context from what is configured. */
export function createContext(
  configured: Pick<SourceContext, 'path' | 'clock' | 'log' | 'files' | 'lookBack' | 'maxLineBytes'>,
): SourceContext {
  const { path, clock, log, files } = configured;
  return {
    ...configured,
    locator: new Locator(files, new ArchiveLayout(files, path)),
    health: new SourceHealth(clock, log),
    stability: new StabilityTimer(clock),
    counts: noCounts(),
    overlongThrottle: new Throttle(clock, REPORT_EVERY_MS),
  };
}

/** How long a file may stay unreadable while newer ones wait, before it is skipped. */
export const GIVE_UP_MS = 5 * 60 * 1000;
/** How long the file may be missing before that is reported: at a rotation it is missing for a moment. */
const MISSING_MS = 3000;

/** What is at the path of the live file; `unknown` when that cannot be determined. */
export type LiveStat = FileStat | 'missing' | 'unknown';

/** Looks at the path, and reports what is wrong with it. */
export async function statLive(context: SourceContext, isReading: boolean): Promise<LiveStat> {
  const { files, path, health } = context;
  const facts = await files.facts(path);
  if (facts instanceof FileError) {
    if (facts.isMissing) health.report('missing', { path }, isReading ? MISSING_MS : 0);
    else health.report('unreachable', { path, code: facts.code });
    return facts.isMissing ? 'missing' : 'unknown';
  }
  health.clear('unreachable', { path });
  health.clear('missing', { path });
  if (facts.isRegular) health.clear('not_a_file', { path });
  else health.report('not_a_file', { path });
  return facts.isRegular ? facts : 'missing';
}

/** The live file, open. */
export interface LiveFile {
  readonly file: Readable;
  readonly facts: FileStat;
}

/** Opens the file at the path; undefined when that is not possible, which is reported. */
export async function openLive(context: SourceContext): Promise<LiveFile | undefined> {
  const { files, path, health } = context;
  const file = await files.open(path, false);
  const facts = file instanceof FileError ? file : await file.facts();
  if (!(facts instanceof FileError) && !(file instanceof FileError) && facts.isRegular) {
    return { file, facts };
  }
  if (!(file instanceof FileError)) await file.close();
  // Later removals and replacements are noticed by the next poll.
  if (facts instanceof FileError && !facts.isMissing) {
    health.report('unopenable', { path, code: facts.code });
  }
  return undefined;
}

/** True when the path still leads to the same file. */
export async function isStillThere(context: SourceContext, facts: FileStat): Promise<boolean> {
  const now = await context.files.facts(context.path);
  return !(now instanceof FileError) && isSameFile(now, facts);
}
