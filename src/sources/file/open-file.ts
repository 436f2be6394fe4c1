import type { SourceContext } from './context.ts';
import type { FilePosition } from './file-checkpoint.ts';
import { type FileStat, isSameFile, type Readable } from './files.ts';
import { GzipFile } from './gzip-file.ts';
import { LineReader } from './line-reader.ts';
import type { OverlongLine } from './piece.ts';
import { type KnownPlace, ReadPosition } from './read-position.ts';

/** A file that is to be read, and from where. */
export interface Opened {
  readonly file: Readable;
  readonly path: string;
  readonly facts: FileStat;
  /** Its dated name, see {@link FilePosition.archive}. */
  readonly archive: string | null;
}

/** The file that is being read. */
export class OpenFile {
  readonly file: Readable;
  readonly facts: FileStat;
  readonly archive: string | null;
  readonly lines: LineReader;
  /** True when the rest of it was given up because it cannot be read. */
  abandoned = false;
  #path: string;
  /** Undefined until it was asked for. */
  #sizeSeen: number | undefined;

  constructor(
    opened: Opened,
    place: KnownPlace,
    { clock, maxLineBytes }: Pick<SourceContext, 'clock' | 'maxLineBytes'>,
    onOverlong: (line: OverlongLine & { path: string }) => void,
  ) {
    this.file = opened.file;
    this.facts = opened.facts;
    this.archive = opened.archive;
    this.#path = opened.path;
    const trail = new ReadPosition(place);
    trail.mark();
    this.lines = new LineReader(opened.file, trail, opened.facts.size, {
      maxLineBytes,
      clock,
      mayChange: !this.isCompressed,
      onOverlong: (line) => onOverlong({ ...line, path: this.#path }),
    });
  }

  get path(): string {
    return this.#path;
  }

  get isCompressed(): boolean {
    return this.file instanceof GzipFile;
  }

  /**
   * When the file grew, if it did since this was asked last. The first time it may have been long ago:
   * its facts say when.
   */
  grownAt(now: number): number | undefined {
    const { size } = this.lines;
    const isNews = this.#sizeSeen !== undefined && size > this.#sizeSeen;
    const isFirst = this.#sizeSeen === undefined && size > 0;
    this.#sizeSeen = size;
    if (isNews) return now;
    return isFirst ? Math.min(Math.round(this.facts.modified), now) : undefined;
  }

  /** True when the facts are those of this file. */
  is(facts: FileStat): boolean {
    return isSameFile(facts, this.facts);
  }

  /** Calls it by another of its names from now on. */
  rename(path: string): void {
    this.#path = path;
  }

  /** A place in it; when none is given, where the lines that were handed out end. */
  position(at: ReadPosition = this.lines.trail): FilePosition {
    const { device, inode } = this.facts;
    const place = at.toPosition();
    return { path: this.#path, archive: this.archive, device, inode, ...place };
  }
}
