import type { FilePosition } from '../core/checkpoint.ts';
import type { Archive, ArchiveLayout, Order } from './archives.ts';
import { type Facts, type Files, FileTrouble, isSameFile, type Readable } from './files.ts';
import { GzipFile } from './gzip-file.ts';
import { matchFile } from './match.ts';
import { unreadArchives } from './unread.ts';

/** What has to be read before the live file. */
export interface Route {
  /** Archives that hold unread lines, in order. */
  readonly archives: readonly Archive[];
  /** True when the file that was read last was found, or did not have to be looked for. */
  readonly isFound: boolean;
  /** The dated name of the live file; null when it has none. */
  readonly liveName: string | null;
  /** Something that could not be looked at, so that archives may be missing in this answer. */
  readonly trouble: FileTrouble | undefined;
}

/** What is known of the file that was read last. */
export interface Last {
  readonly position: FilePosition;
  /** When it was known to be the live file, in milliseconds since 1970. */
  readonly since: number;
  /** The facts of the file when it is open and read to its end. */
  readonly finished?: Facts;
}

/** Clocks of the machine and of a file server may differ by so much. */
const CLOCK_SLACK_MS = 60_000;
const DAY_MS = 24 * 60 * 60 * 1000;

/** Finds files again after they were renamed, moved or compressed. */
export class Locator {
  readonly #files: Files;
  readonly #layout: ArchiveLayout;

  constructor(files: Files, layout: ArchiveLayout) {
    this.#files = files;
    this.#layout = layout;
  }

  /** Which archives lie between the file that was read last and the live file. */
  async route(last: Last, live: Facts | undefined): Promise<Route> {
    const { position, finished } = last;
    const since = last.since - CLOCK_SLACK_MS;
    const named = position.archive === null ? undefined : this.#layout.parse(position.archive);
    const dated = await this.#layout.dated(named?.order ?? dayOf(since - DAY_MS));
    const neighbours = await this.#layout.neighbours();
    const candidates = [...neighbours.archives, ...dated.archives].filter(
      ({ facts }) => live === undefined || !isSameFile(facts, live),
    );
    const byInode = finished && candidates.find(({ facts }) => isSameFile(facts, finished));
    const search =
      byInode !== undefined || (finished !== undefined && named !== undefined)
        ? { holder: byInode, trouble: undefined }
        : await this.#findHolder(position, candidates);
    const { holder } = search;
    const archives =
      holder !== undefined && holder.dated === undefined
        ? afterNeighbour(holder, candidates, finished)
        : unreadArchives({
            archives: dated.archives,
            own: holder?.dated?.order ?? named?.order,
            finished,
            live,
            since,
          });
    return {
      archives,
      isFound: finished !== undefined || holder !== undefined,
      liveName: live === undefined ? null : await this.nameOf(live),
      trouble: dated.trouble ?? neighbours.trouble ?? search.trouble,
    };
  }

  /** The dated name of a file, null when it has none: they are hard links to one another. */
  async nameOf(facts: Facts): Promise<string | null> {
    // Its name is that of the day on which it was begun, in the time zone of its writer.
    const { archives } = await this.#layout.dated(dayOf(facts.modified - 2 * DAY_MS));
    return archives.find((archive) => isSameFile(archive.facts, facts))?.dated?.name ?? null;
  }

  /**
   * The file that holds a position: by its content, or while there was no content by its name or
   * its inode.
   */
  async #findHolder(
    position: FilePosition,
    candidates: readonly Archive[],
  ): Promise<{ holder: Archive | undefined; trouble: FileTrouble | undefined }> {
    const hasName = ({ dated }: Archive) => dated?.name === position.archive;
    const hasInode = ({ facts }: Archive) => facts.inode === position.inode;
    if (position.head.length === 0) {
      const holder = candidates.find(position.archive === null ? hasInode : hasName);
      return { holder, trouble: undefined };
    }
    const likely = candidates.filter((archive) => hasName(archive) || hasInode(archive));
    const others = candidates.filter((archive) => !likely.includes(archive)).reverse();
    let trouble: FileTrouble | undefined;
    for (const archive of [...likely, ...others]) {
      const match = await this.#match(archive, position);
      if (match instanceof FileTrouble) trouble ??= match.isMissing ? undefined : match;
      else if (match) return { holder: archive, trouble };
    }
    return { holder: undefined, trouble };
  }

  async #match(archive: Archive, position: FilePosition): Promise<boolean | FileTrouble> {
    const opened = await openArchive(this.#files, archive);
    if (opened instanceof FileTrouble) return opened;
    const match = await matchFile(opened.file, position);
    await opened.file.close();
    return match instanceof FileTrouble ? match : match.kind === 'same';
  }
}

/** Opens an archive, which may have been compressed since it was found. */
export async function openArchive(
  files: Files,
  archive: Archive,
): Promise<OpenArchive | FileTrouble> {
  const { path, stem } = archive;
  const first = await openAt(files, path);
  if (!(first instanceof FileTrouble) || !first.isMissing) return first;
  return openAt(files, path === stem ? `${stem}.gz` : stem);
}

/** An archive, readable like the plain file it was. */
export interface OpenArchive {
  readonly file: Readable;
  readonly path: string;
  readonly facts: Facts;
}

async function openAt(files: Files, path: string): Promise<OpenArchive | FileTrouble> {
  const raw = await files.open(path, true);
  if (raw instanceof FileTrouble) return raw;
  const facts = await raw.facts();
  if (facts instanceof FileTrouble) {
    await raw.close();
    return facts;
  }
  return { file: path.endsWith('.gz') ? new GzipFile(raw) : raw, path, facts };
}

/** For files that are renamed instead of archived by date (`alerts.json.1`): the later ones. */
function afterNeighbour(
  holder: Archive,
  candidates: readonly Archive[],
  finished: Facts | undefined,
): Archive[] {
  const later = candidates.filter(
    (archive) =>
      archive.dated === undefined &&
      archive !== holder &&
      archive.facts.size > 0 &&
      archive.facts.modified > holder.facts.modified &&
      /[.-]\d+$/.test(archive.stem),
  );
  return finished === undefined ? [holder, ...later] : later;
}

/** The local day of a time: the writer names its archives by it. */
function dayOf(time: number): Order {
  const date = new Date(time);
  return [date.getFullYear(), date.getMonth() + 1, date.getDate(), 0];
}
