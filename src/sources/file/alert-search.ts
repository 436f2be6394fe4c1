import { DAY_MS } from '../../core/durations.ts';
import { openArchive } from './archive-locator.ts';
import { type Archive, ArchiveLayout, compareOrder, type Order } from './archives.ts';
import { FileError, type FileStat, type FileSystem, isSameFile, type Readable } from './files.ts';
import { mayHold, placeBefore, searchFrom } from './record-search.ts';

/** A manager in another zone names an archive after the day before or after. */
const NEIGHBOURS_MS = DAY_MS;
/** Ids follow the time of the alert, which may be a little out of order. */
const SLACK_SECONDS = 600;
/** What is read of one file at most, in bytes of text. */
const MOST_BYTES = 2 ** 31;
/** What is read of a file whose order is not what was expected. */
const MOST_UNORDERED_BYTES = 2 ** 28;

/** Where an alert was found. */
export interface FoundAlert {
  readonly path: string;
  readonly isLive: boolean;
  readonly raw: Buffer;
}

/** What a search came to. */
export interface AlertSearch {
  readonly found: FoundAlert | undefined;
  /** What was not searched, and why, in words; nothing when all was that could hold the alert. */
  readonly left: readonly string[];
}

export interface AlertSearchOptions {
  readonly files: FileSystem;
  /** The path of the live file. */
  readonly path: string;
  /** What is read of one file at most; for tests. */
  readonly mostBytes?: number;
}

/**
 * Looks for an alert by its id, `seconds.number`: in the live file, then in the archives of its day and
 * of those around it. No large file is read as a whole: the alerts of a file are in the order of time.
 */
export async function findAlert(id: string, options: AlertSearchOptions): Promise<AlertSearch> {
  const { files, path } = options;
  const left: string[] = [];
  const live = await files.open(path, false);
  let liveFacts: FileStat | undefined;
  if (live instanceof FileError) {
    if (!live.isMissing) left.push(`${path} cannot be read: ${live.code}`);
  } else {
    const facts = await live.facts();
    liveFacts = facts instanceof FileError ? undefined : facts;
    const raw = await inPlainFile(live, id, path, options, left);
    await live.close();
    if (raw !== undefined) return { found: { path, isLive: true, raw }, left };
  }
  for (const archive of await candidates(id, options, liveFacts, left)) {
    const opened = await openArchive(files, archive);
    if (opened instanceof FileError) {
      left.push(`${archive.path} cannot be read: ${opened.code}`);
      continue;
    }
    const { file } = opened;
    const raw = opened.path.endsWith('.gz')
      ? await inCompressedFile(file, id, opened.path, options, left)
      : await inPlainFile(file, id, opened.path, options, left);
    await file.close();
    if (raw !== undefined) return { found: { path: opened.path, isLive: false, raw }, left };
  }
  return { found: undefined, left };
}

/** The archives that may hold it, the most probable ones first. */
async function candidates(
  id: string,
  { files, path }: AlertSearchOptions,
  live: FileStat | undefined,
  left: string[],
): Promise<Archive[]> {
  const layout = new ArchiveLayout(files, path);
  const time = secondsOf(id) * 1000;
  const own = dayOf(time);
  const last = dayOf(time + NEIGHBOURS_MS);
  const { archives, trouble } = await layout.dated(dayOf(time - NEIGHBOURS_MS));
  const renamed = await layout.neighbours();
  for (const error of [trouble, renamed.trouble]) {
    if (error !== undefined) left.push(`archives cannot be listed: ${error.message}`);
  }
  const isOwn = ({ dated }: Archive) => dated !== undefined && isSameDay(dated.order, own);
  const dated = archives.filter((archive) => {
    return archive.dated !== undefined && compareDays(archive.dated.order, last) <= 0;
  });
  // A file that was changed last before the alert was written cannot hold it.
  const others = renamed.archives.filter(({ facts }) => {
    return facts.modified >= time - SLACK_SECONDS * 1000;
  });
  return [...dated.filter(isOwn), ...dated.filter((one) => !isOwn(one)), ...others].filter(
    ({ facts }) => facts.size > 0 && (live === undefined || !isSameFile(facts, live)),
  );
}

/** By bisection; where that leads nowhere, and the file is not too large, from its beginning. */
async function inPlainFile(
  file: Readable,
  id: string,
  path: string,
  { mostBytes = MOST_UNORDERED_BYTES }: AlertSearchOptions,
  left: string[],
): Promise<Buffer | undefined> {
  const facts = await file.facts();
  const seconds = secondsOf(id);
  const span = { from: seconds - SLACK_SECONDS, until: seconds + SLACK_SECONDS };
  const size = facts instanceof FileError ? 0 : facts.size;
  const may = await mayHold(file, size, span);
  const start = may === true ? await placeBefore(file, size, span.from) : may;
  if (start === false) return undefined;
  if (start instanceof FileError) {
    left.push(`${path} cannot be read: ${start.code}`);
    return undefined;
  }
  const bounds = { from: start, mostBytes: MOST_BYTES, until: span.until };
  const near = await searchFrom(file, id, bounds);
  if (near.raw !== undefined) return near.raw;
  const { trouble } = near;
  if (trouble !== undefined) left.push(`${path} cannot be read: ${trouble.code}`);
  if (start === 0 && near.isAtEnd) return undefined;
  // Alerts of that time are in it, but not where they should be: the clock was set meanwhile.
  const all = await searchFrom(file, id, { from: 0, mostBytes, until: undefined });
  if (all.raw === undefined && !all.isAtEnd) {
    left.push(`of ${path}, only the alerts of that time and the first ${mostBytes} bytes`);
  }
  return all.raw;
}

async function inCompressedFile(
  file: Readable,
  id: string,
  path: string,
  { mostBytes = MOST_BYTES }: AlertSearchOptions,
  left: string[],
): Promise<Buffer | undefined> {
  const until = secondsOf(id) + SLACK_SECONDS;
  const search = await searchFrom(file, id, { from: 0, mostBytes, until });
  if (search.trouble !== undefined) left.push(`${path} cannot be read: ${search.trouble.code}`);
  else if (search.raw === undefined && search.isCut) {
    left.push(`of ${path}, only the first ${mostBytes} bytes of its text`);
  }
  return search.raw;
}

function secondsOf(id: string): number {
  return Number(id.slice(0, id.indexOf('.')));
}

function isSameDay(a: Order, b: Order): boolean {
  return compareDays(a, b) === 0;
}

function compareDays(a: Order, b: Order): number {
  return compareOrder([a[0], a[1], a[2], 0], [b[0], b[1], b[2], 0]);
}

/** The local day of a time: the writer names its archives by it. */
function dayOf(time: number): Order {
  const date = new Date(time);
  return [date.getFullYear(), date.getMonth() + 1, date.getDate(), 0];
}
