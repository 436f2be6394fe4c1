import { DAY_MS } from '../../core/durations.ts';
import { dayOf, inOrderOfTime, openArchive } from './archive-locator.ts';
import { type Archive, ArchiveLayout, compareOrder } from './archives.ts';
import {
  FileError,
  type FileStat,
  type FileSystem,
  isSameFile,
  type Readable,
  systemFileSystem,
} from './files.ts';
import { GzipFile } from './gzip-file.ts';

/** A file of the history. */
export interface HistoryFile {
  readonly path: string;
  readonly facts: FileStat;
  /** True while it is still written to. */
  readonly isLive: boolean;
  /** True when its content is compressed; then `facts` are those of the compressed file. */
  readonly isCompressed: boolean;
  /** Undefined for a live file that has no dated name, and for one that someone named. */
  readonly archive?: Archive | undefined;
  /** Set where it stays open. */
  readonly opened?: Readable | undefined;
}

/** Clocks of the machine and of a file server may differ by so much. */
const CLOCK_SLACK_MS = 60_000;
const GZIP_MAGIC = Buffer.of(0x1f, 0x8b);

/**
 * The live file and its archives that may hold alerts of a time, in the order in which they were
 * written. An archive is named after its day in the zone of its writer, which need not be ours, so
 * those of the day before and after count as well; what was last written to before the time does not.
 * @param range milliseconds since 1970.
 */
export async function historyFiles(
  files: FileSystem,
  path: string,
  { since, until }: { readonly since: number; readonly until: number },
): Promise<{ readonly found: HistoryFile[]; readonly trouble: FileError | undefined }> {
  const layout = new ArchiveLayout(files, path);
  const [first, last] = [dayWithin(since - DAY_MS), dayWithin(until + DAY_MS)];
  const dated = await layout.dated(first);
  const neighbours = await layout.neighbours();
  const live = await files.facts(path);
  const isOfTime = ({ facts, dated: name }: Archive) =>
    facts.size > 0 &&
    facts.modified >= since - CLOCK_SLACK_MS &&
    (name === undefined || compareOrder([...dayOnly(name.order), 0], last) <= 0);
  // What was renamed away, as by logrotate; never a copy that someone made.
  const renamed = neighbours.archives.filter(({ stem }) => /[.-]\d+$/.test(stem));
  const archives = inOrderOfTime(unique(renamed, dated.archives), dated.archives);
  const found = archives
    .filter(isOfTime)
    .map((archive) => fileOf(archive, live instanceof FileError ? undefined : live));
  // The live file is a hard link to the archive of the day, where it has one.
  if (!(live instanceof FileError) && live.isRegular) {
    const isAmong = archives.some(({ facts }) => isSameFile(facts, live));
    if (!isAmong && live.size > 0 && live.modified >= since - CLOCK_SLACK_MS) {
      found.push({ path, facts: live, isLive: true, isCompressed: false });
    }
  }
  const missing = live instanceof FileError && !live.isMissing ? live : undefined;
  return { found, trouble: dated.trouble ?? neighbours.trouble ?? missing };
}

/** A file that someone names, once it was opened. Whoever opened it closes it. */
export interface OpenedFile {
  readonly path: string;
  /** Undefined where `trouble` says why. */
  readonly file: Readable | undefined;
  readonly trouble?: FileError;
}

/** Opens a file that someone names: maybe before the process becomes another user. */
export async function openNamed(
  path: string,
  files: FileSystem = systemFileSystem,
): Promise<OpenedFile> {
  const file = await files.open(path, false);
  return file instanceof FileError ? { path, file: undefined, trouble: file } : { path, file };
}

/** A file that was opened; its content tells whether it is compressed. */
export async function namedFile({
  path,
  file,
  trouble,
}: OpenedFile): Promise<HistoryFile | FileError> {
  if (file === undefined) return trouble ?? new FileError('ENOENT', 'it was not opened');
  const facts = await file.facts();
  if (facts instanceof FileError) return facts;
  if (!facts.isRegular) return new FileError('EINVAL', 'it is not a regular file');
  const head = Buffer.alloc(GZIP_MAGIC.length);
  const count = await file.read(head, 0);
  if (count instanceof FileError) return count;
  return { path, facts, isLive: false, isCompressed: head.equals(GZIP_MAGIC), opened: file };
}

/** Opens a file of the history, to be read like its content. */
export async function openHistory(
  files: FileSystem,
  { path, archive, isCompressed, opened }: HistoryFile,
): Promise<{ file: Readable; path: string; facts: FileStat } | FileError> {
  if (archive !== undefined) return openArchive(files, archive);
  const file = opened === undefined ? await files.open(path, false) : keptOpen(opened);
  if (file instanceof FileError) return file;
  const facts = await file.facts();
  if (facts instanceof FileError) {
    await file.close();
    return facts;
  }
  return { file: isCompressed ? new GzipFile(file) : file, path, facts };
}

/** It is read at places, so it can be read again. */
function keptOpen(file: Readable): Readable {
  return {
    read: (target, at) => file.read(target, at),
    facts: () => file.facts(),
    close: () => Promise.resolve(),
  };
}

function fileOf(archive: Archive, live: FileStat | undefined): HistoryFile {
  const { path, facts, compressed } = archive;
  const isLive = live !== undefined && isSameFile(facts, live);
  return { path, facts, isLive, isCompressed: compressed, archive };
}

/** Those that are not among the others by another name, each once. */
function unique(archives: readonly Archive[], others: readonly Archive[]): Archive[] {
  const seen = [...others];
  return archives.filter((archive) => {
    if (seen.some(({ facts }) => isSameFile(facts, archive.facts))) return false;
    seen.push(archive);
    return true;
  });
}

function dayOnly([year, month, day]: readonly number[]): [number, number, number] {
  return [year ?? 0, month ?? 0, day ?? 0];
}

/** The longest that a date can say. */
const LONGEST_TIME = 8.64e15;

/** The day of a time, also of one before or after all days. */
function dayWithin(time: number): ReturnType<typeof dayOf> {
  if (time > LONGEST_TIME) return [Number.MAX_SAFE_INTEGER, 12, 31, 0];
  return dayOf(Math.max(time, 0));
}
