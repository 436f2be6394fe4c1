import { DAY_MS } from '../../core/durations.ts';
import { type Archive, type ArchiveLayout, compareOrder, type Order } from './archives.ts';
import type { FilePosition } from './file-checkpoint.ts';
import { matchFile } from './file-match.ts';
import { FileError, type FileStat, type FileSystem, isSameFile, type Readable } from './files.ts';
import { GzipFile } from './gzip-file.ts';
import { unreadArchives } from './look-back.ts';

/** What has to be read before the live file. */
export interface UnreadFiles {
  /** Archives that hold unread lines, in order. */
  readonly archives: readonly Archive[];
  /** True when the file that was read last was found, or did not have to be searched for. */
  readonly isFound: boolean;
  /** The dated name of the live file; null when it has none. */
  readonly liveName: string | null;
  /** An error that may have hidden archives from this result. */
  readonly trouble: FileError | undefined;
}

/** What is known about the file that was read last. */
export interface LastRead {
  readonly position: FilePosition;
  /** When it was known to be the live file, in milliseconds since 1970. */
  readonly since: number;
  /** The facts of the file when it is open and read to its end. */
  readonly finished?: FileStat;
  /** True when the live file is that file, rewritten: only copies of it can lie between. */
  readonly isRewritten?: boolean;
}

/** Clocks of the machine and of a file server may differ by so much. */
const CLOCK_SLACK_MS = 60_000;
const EARLIEST: Order = [0, 1, 1, 0];

/** Finds files again after they were renamed, moved or compressed. */
export class Locator {
  readonly #files: FileSystem;
  readonly #layout: ArchiveLayout;

  constructor(files: FileSystem, layout: ArchiveLayout) {
    this.#files = files;
    this.#layout = layout;
  }

  /**
   * Which archives lie between the file that was read last and the live file.
   *
   * @param liveName The dated name of the live file, if it is known: it may have lost it meanwhile.
   */
  async route(
    last: LastRead,
    live: FileStat | undefined,
    liveName: string | null = null,
  ): Promise<UnreadFiles> {
    const { position, finished, isRewritten = false } = last;
    const isFirst = position.inode === '';
    const since = isFirst ? last.since : last.since - CLOCK_SLACK_MS;
    const named = this.#orderOf(position.archive);
    const dated = await this.#layout.dated(named ?? dayOf(since - DAY_MS));
    const neighbours = await this.#layout.neighbours();
    const candidates = [...neighbours.archives, ...dated.archives].filter(
      ({ facts }) => live === undefined || !isSameFile(facts, live),
    );
    const byInode = finished && candidates.find(({ facts }) => isSameFile(facts, finished));
    const isSearched =
      finished === undefined
        ? position.head.length > 0 || !isRewritten
        : byInode === undefined && named === undefined;
    const search = isSearched
      ? await this.#findHolder(position, candidates)
      : { holder: byInode, trouble: undefined };
    const { holder } = search;
    const unread = unreadArchives({
      archives: isRewritten
        ? dated.archives.filter((archive) => archive === holder)
        : dated.archives,
      own: holder?.dated?.order ?? named,
      finished,
      live,
      liveOrder: this.#orderOf(liveName),
      since,
    });
    const isNeighbour = holder !== undefined && holder.dated === undefined;
    const archives = isNeighbour ? afterNeighbour(holder, candidates, unread) : unread;
    return {
      archives: finished ? archives.filter((archive) => archive !== holder) : archives,
      isFound: finished !== undefined || holder !== undefined,
      liveName:
        live === undefined ? null : (nameIn(dated.archives, live) ?? (await this.nameOf(live))),
      trouble: dated.trouble ?? neighbours.trouble ?? search.trouble,
    };
  }

  /** The dated name of a file, null when it has none: they are hard links to one another. */
  async nameOf(facts: FileStat): Promise<string | null> {
    // It is named after its day, in the time zone of its writer. Only when its time says nothing
    // (it was copied or touched) all archives are checked.
    for (const from of [dayOf(facts.modified - 2 * DAY_MS), EARLIEST]) {
      const { archives } = await this.#layout.dated(from);
      const name = nameIn(archives, facts);
      if (name !== undefined) return name;
    }
    return null;
  }

  /** True when both names are dated ones, and the first is of a later file. */
  isLater(name: string | null, than: string | null): boolean {
    const [order, other] = [this.#orderOf(name), this.#orderOf(than)];
    return order !== undefined && other !== undefined && compareOrder(order, other) > 0;
  }

  #orderOf(name: string | null): Order | undefined {
    return name === null ? undefined : this.#layout.parse(name)?.order;
  }

  /**
   * The file that holds a position: by its content. While nothing had been read of it, by its dated
   * name, or by its inode when it was renamed; inodes of dated files are not trusted, since that of
   * an empty day's file, which the writer removes, is soon used again.
   */
  async #findHolder(
    position: FilePosition,
    candidates: readonly Archive[],
  ): Promise<{ holder: Archive | undefined; trouble: FileError | undefined }> {
    const hasName = ({ dated }: Archive) => dated !== undefined && dated.name === position.archive;
    const hasInode = ({ facts }: Archive) => facts.inode === position.inode;
    if (position.head.length === 0) {
      const isRenamed = (archive: Archive) => archive.dated === undefined && hasInode(archive);
      return { holder: candidates.find(hasName) ?? candidates.find(isRenamed), trouble: undefined };
    }
    const likely = candidates.filter((archive) => hasName(archive) || hasInode(archive));
    const others = candidates.filter((archive) => !likely.includes(archive)).reverse();
    let trouble: FileError | undefined;
    for (const archive of [...likely, ...others]) {
      const match = await this.#match(archive, position);
      if (match instanceof FileError) trouble ??= match.isMissing ? undefined : match;
      else if (match) return { holder: archive, trouble: undefined };
    }
    return { holder: undefined, trouble };
  }

  async #match(archive: Archive, position: FilePosition): Promise<boolean | FileError> {
    const opened = await openArchive(this.#files, archive);
    if (opened instanceof FileError) return opened;
    const match = await matchFile(opened.file, position);
    await opened.file.close();
    return match instanceof FileError ? match : match.kind === 'same';
  }
}

/** The dated name of a file that is among these. */
function nameIn(archives: readonly Archive[], facts: FileStat): string | undefined {
  return archives.find((archive) => isSameFile(archive.facts, facts))?.dated?.name;
}

/** Opens an archive, which may have been compressed since it was found. */
export async function openArchive(
  files: FileSystem,
  archive: Archive,
): Promise<OpenArchive | FileError> {
  const { path, stem } = archive;
  const first = await openAt(files, path);
  if (!(first instanceof FileError) || !first.isMissing) return first;
  return openAt(files, path === stem ? `${stem}.gz` : stem);
}

/** An archive, readable like the plain file it was. */
export interface OpenArchive {
  readonly file: Readable;
  readonly path: string;
  readonly facts: FileStat;
}

async function openAt(files: FileSystem, path: string): Promise<OpenArchive | FileError> {
  const raw = await files.open(path, true);
  if (raw instanceof FileError) return raw;
  const facts = await raw.facts();
  if (facts instanceof FileError) {
    await raw.close();
    return facts;
  }
  return { file: path.endsWith('.gz') ? new GzipFile(raw) : raw, path, facts };
}

/**
 * For files that are renamed or copied away instead of archived by date (`alerts.json.1`): the file
 * itself and the later ones, together with the dated archives, by the times of their last changes.
 */
function afterNeighbour(
  holder: Archive,
  candidates: readonly Archive[],
  unread: readonly Archive[],
): Archive[] {
  const later = candidates.filter(
    (archive) =>
      archive !== holder &&
      archive.dated === undefined &&
      archive.facts.size > 0 &&
      archive.facts.modified >= holder.facts.modified &&
      /[.-]\d+$/.test(archive.stem),
  );
  return inOrderOfTime([holder, ...later], unread);
}

/** Merges both by their times. Dated archives stay in order: compressing one makes it look newer. */
export function inOrderOfTime(
  neighbours: readonly Archive[],
  dated: readonly Archive[],
): Archive[] {
  let latest = Number.POSITIVE_INFINITY;
  const timed = dated.toReversed().map((archive) => {
    latest = Math.min(latest, archive.facts.modified);
    return { archive, time: latest };
  });
  timed.reverse();
  timed.push(...neighbours.map((archive) => ({ archive, time: archive.facts.modified })));
  return timed.sort((a, b) => a.time - b.time).map(({ archive }) => archive);
}

/** The local day of a time: the writer names its archives by it. */
export function dayOf(time: number): Order {
  const date = new Date(time);
  return [date.getFullYear(), date.getMonth() + 1, date.getDate(), 0];
}
