import { basename, dirname, extname, join } from 'node:path';
import { FileError, type FileStat, type FileSystem, isSameFile } from './files.ts';

/** A file that may hold what the live file held before. */
export interface Archive {
  /** Its path without `.gz`: the same before and after it is compressed. */
  readonly stem: string;
  readonly path: string;
  readonly compressed: boolean;
  readonly facts: FileStat;
  /** Where it belongs among the dated archives; undefined for a renamed neighbour of the file. */
  readonly dated: DatedName | undefined;
}

/** The name of a dated archive. */
export interface DatedName {
  /** Relative to the directory of the live file, without `.gz`: `2026/Aug/ossec-alerts-20.json`. */
  readonly name: string;
  readonly order: Order;
}

/** Year, month (1–12), day and the number of the file on that day (0 when there is none). */
export type Order = readonly [year: number, month: number, day: number, number: number];

/** Negative when `a` was written before `b`. */
export function compareOrder(a: Order, b: Order): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2] || a[3] - b[3];
}

/** What was found, and what could not be checked. */
export interface Listing {
  readonly archives: readonly Archive[];
  readonly trouble: FileError | undefined;
}

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/**
 * Where the archives of a live file are. The manager writes `YYYY/Mon/ossec-alerts-DD.json` beside
 * `alerts.json`, which is a hard link to the newest; `-001`, `-002` … follow the day when it also
 * rotates by size or interval; `.json` becomes `.json.gz` later (Wazuh 4.14 `getloglocation.c` and
 * `rotate_log.c`). Wazuh 5's event files have the same layout with `wazuh-` in front of the name.
 */
export class ArchiveLayout {
  readonly #files: FileSystem;
  readonly #directory: string;
  readonly #liveName: string;
  readonly #pattern: RegExp;

  constructor(files: FileSystem, livePath: string) {
    this.#files = files;
    this.#directory = dirname(livePath);
    this.#liveName = basename(livePath);
    const extension = extname(this.#liveName);
    const name = escapeForRegExp(basename(this.#liveName, extension));
    const numbers = String.raw`(\d\d)(?:-(\d{1,9}))?`;
    this.#pattern = new RegExp(
      `^((?:ossec|wazuh)-${name}-${numbers}${escapeForRegExp(extension)})(\\.gz)?$`,
    );
  }

  /** The place of a dated archive by its name, as {@link DatedName.name} has it. */
  parse(name: string): DatedName | undefined {
    const [, year, month, file] = /^(\d{4})\/(\w{3})\/([^/]+)$/.exec(name) ?? [];
    if (year === undefined || month === undefined || file === undefined) return undefined;
    const monthNumber = MONTHS.indexOf(month) + 1;
    const [, plain, day, number] = this.#pattern.exec(file) ?? [];
    if (monthNumber === 0 || plain === undefined) return undefined;
    const order = [Number(year), monthNumber, Number(day), Number(number ?? 0)] as const;
    return { name: `${year}/${month}/${plain}`, order };
  }

  /** All dated archives from a place on, in the order in which they were written. */
  dated(from: Order): Promise<Listing> {
    return settled(() => this.#dated(from));
  }

  /** Files beside the live file whose names begin with its name, such as `alerts.json.1`. */
  neighbours(): Promise<Listing> {
    return settled(() => this.#neighbours());
  }

  async #dated(from: Order): Promise<Listing> {
    const search: NameSearch = { found: new Map(), trouble: undefined };
    for (const year of await this.#names('', search)) {
      if (!/^\d{4}$/.test(year) || Number(year) < from[0]) continue;
      for (const month of await this.#names(year, search)) {
        const first = [Number(year), MONTHS.indexOf(month) + 1, 31, Number.MAX_VALUE] as const;
        if (first[1] === 0 || compareOrder(first, from) < 0) continue;
        await this.#month(`${year}/${month}`, from, search);
      }
    }
    const archives = [...search.found.values()].sort((a, b) =>
      compareOrder(a.dated.order, b.dated.order),
    );
    return { archives, trouble: search.trouble };
  }

  async #neighbours(): Promise<Listing> {
    const search: NameSearch = { found: new Map(), trouble: undefined };
    const archives: Archive[] = [];
    for (const name of await this.#names('', search)) {
      if (!name.startsWith(this.#liveName) || name === this.#liveName) continue;
      if (/\.(?:sum|sw.|tmp)$|~$/.test(name)) continue;
      const path = join(this.#directory, name);
      const facts = await this.#regular(path, search);
      if (facts === undefined) continue;
      const compressed = name.endsWith('.gz');
      const stem = compressed ? path.slice(0, -3) : path;
      archives.push({ stem, path, compressed, facts, dated: undefined });
    }
    archives.sort((a, b) => a.facts.modified - b.facts.modified);
    return { archives, trouble: search.trouble };
  }

  async #month(month: string, from: Order, search: NameSearch): Promise<void> {
    for (const file of await this.#names(month, search)) {
      const dated = this.parse(`${month}/${file}`);
      if (dated === undefined || compareOrder(dated.order, from) < 0) continue;
      const compressed = file.endsWith('.gz');
      // While an archive is being compressed both exist, and only the plain one is whole.
      if (compressed && search.found.has(dated.name)) continue;
      const path = join(this.#directory, month, file);
      const facts = await this.#regular(path, search);
      if (facts === undefined) continue;
      const stem = join(this.#directory, dated.name);
      search.found.set(dated.name, { stem, path, compressed, facts, dated });
    }
  }

  async #names(directory: string, search: NameSearch): Promise<string[]> {
    const names = await this.#files.names(join(this.#directory, directory));
    if (!(names instanceof FileError)) return names.sort();
    // Not a directory, or gone meanwhile: nothing to read there.
    if (!names.isMissing) search.trouble ??= names;
    return [];
  }

  async #regular(path: string, search: NameSearch): Promise<FileStat | undefined> {
    const facts = await this.#files.ownFacts(path);
    if (facts instanceof FileError) {
      if (!facts.isMissing) search.trouble ??= facts;
      return undefined;
    }
    return facts.isRegular ? facts : undefined;
  }
}

interface NameSearch {
  readonly found: Map<string, Archive & { readonly dated: DatedName }>;
  trouble: FileError | undefined;
}

/** How often a listing is repeated that keeps changing. */
const MOST_LOOKS = 10;

/**
 * Lists until two consecutive listings agree. An archive that is compressed or renamed during one can
 * escape it: its new name was not there yet when the names were asked for, and its old one is gone
 * when it is checked.
 */
async function settled(look: () => Promise<Listing>): Promise<Listing> {
  let last = await look();
  for (let looks = 1; looks < MOST_LOOKS; looks += 1) {
    const next = await look();
    if (areSame(last.archives, next.archives)) return next;
    last = next;
  }
  return { ...last, trouble: last.trouble ?? new FileError('EAGAIN', 'files come and go') };
}

function areSame(some: readonly Archive[], others: readonly Archive[]): boolean {
  const isSame = (archive: Archive, other: Archive | undefined) =>
    other !== undefined && archive.path === other.path && isSameFile(archive.facts, other.facts);
  return some.length === others.length && some.every((one, at) => isSame(one, others[at]));
}

/** The text as a pattern that matches it. */
function escapeForRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
