import { rmSync, statSync } from 'node:fs';
import type { FileCheckpoint } from '../../src/sources/file/file-checkpoint.ts';
import type { FileBatch } from '../../src/sources/file/follower.ts';
import { AlertLog, finish, type Steps } from './alert-log.ts';
import { line } from './reading.ts';

/** Something that follows an alert log, step by step. */
export interface StepReader {
  poll(): Promise<FileBatch | 'again' | 'idle'>;
  checkpoint(): FileCheckpoint | undefined;
  status(): { readonly isLive: boolean };
  close(): Promise<void>;
}

/** How readers are made, and how their time passes. */
export interface ReaderFactory {
  open(path: string, checkpoint: FileCheckpoint | undefined): StepReader;
  pass(milliseconds: number): void;
  /** Calls something just before each of the readers' file operations. */
  between(happens: () => void): void;
}

/** What the manager does. */
export type Work =
  | { readonly do: 'write'; readonly count: number; readonly logBytes: number }
  | { readonly do: 'begin a line' }
  | { readonly do: 'finish the line' }
  | { readonly do: 'next day' }
  | { readonly do: 'next part' }
  | { readonly do: 'compress'; readonly which: number };

/** What happens to the log and its reader. */
export type Action =
  | Work
  /** The manager's work goes on a step at a time, while the reader does so many file operations. */
  | { readonly do: 'meanwhile'; readonly every: number; readonly work: readonly Work[] }
  | { readonly do: 'truncate' }
  | { readonly do: 'copy and truncate' }
  | { readonly do: 'delete and create' }
  | { readonly do: 'unlink' }
  | { readonly do: 'replace by a copy' }
  | { readonly do: 'move away' }
  | { readonly do: 'read a little'; readonly steps: number }
  | { readonly do: 'read all' }
  | { readonly do: 'stop' }
  | { readonly do: 'crash'; readonly forgotten: number };

/** Batches are small, so that reading stops in the middle of files. */
export const MODEL_LINE_BYTES = 700;

/**
 * Does things to an alert log and to its reader, and knows which lines must have been read in the
 * end: all that were written, except those that were in a file when it was destroyed, or taken to
 * where nobody can know it, and had not been read by then (or were read, but the reader died before
 * that was stored).
 */
export class AlertLogModel {
  readonly #log: AlertLog;
  readonly #factory: ReaderFactory;
  #reader: StepReader | undefined;
  #first: FileCheckpoint | undefined;
  /** What was handed out and stored. */
  #stored: { readonly lines: readonly string[]; readonly checkpoint: FileCheckpoint }[] = [];
  #written: string[] = [];
  /** Lines whose file is gone for good, though they may have been read before. */
  readonly #destroyed = new Set<string>();
  /** Those of them that may turn up again, in a file that nobody can know. */
  readonly #untraceable = new Set<string>();
  /** Lines of the file that is written to. */
  #inFile: string[] = [];
  #begun: string | undefined;
  readonly #halves = new Set<string>();
  #isCopied = false;
  #closed: string[] = [];
  #count = 0;
  #copies = 0;
  /** How many of the stored batches cannot be forgotten any more. */
  #certain = 0;

  /** What the manager is at, and after how many file operations of the reader it goes on. */
  #work: { readonly steps: Steps; readonly every: number } | undefined;
  #until = 0;

  constructor(directory: string, factory: ReaderFactory) {
    this.#log = new AlertLog(directory);
    this.#factory = factory;
    factory.between(() => this.#workOn());
  }

  /** The lines that were read, in the order in which they were read. */
  get read(): string[] {
    return this.#stored.flatMap(({ lines }) => lines);
  }

  /** Lines that were read more than once although that could be known. */
  get repeated(): string[] {
    const { read } = this;
    return read.filter((text, at) => !this.#untraceable.has(text) && read.indexOf(text) !== at);
  }

  /** Those of them that had to be; and all that nobody ever wrote. */
  get readForCertain(): string[] {
    const written = new Set(this.#written);
    return this.read.filter((text) => {
      // Half a line in a copy of the file is no line that was written, but nothing was mixed up.
      return !this.#destroyed.has(text) && (written.has(text) || !this.#halves.has(text));
    });
  }

  /** The lines that had to be read, in the order in which they were written. */
  get expected(): string[] {
    return this.#written.filter((text) => !this.#destroyed.has(text));
  }

  /** The first start, on an empty file. */
  async start(): Promise<void> {
    this.#reader = this.#factory.open(this.#log.live, undefined);
    await this.#reader.poll();
    this.#first = this.#reader.checkpoint();
  }

  async run(action: Action): Promise<void> {
    if (!action.do.startsWith('read')) this.#finishWork();
    switch (action.do) {
      case 'write':
      case 'begin a line':
      case 'finish the line':
      case 'next day':
      case 'next part':
      case 'compress':
        return finish(this.#working(action));
      case 'meanwhile':
        this.#work = { steps: this.#workingThrough(action.work), every: action.every };
        this.#until = action.every;
        return;
      case 'truncate':
        this.#relink();
        this.#destroy();
        return this.#log.truncate();
      case 'copy and truncate':
        this.#relink();
        this.#endLine();
        this.#takeAway();
        this.#log.copyAndTruncate(this.#copyName());
        return;
      case 'delete and create':
        return this.#deleteAndCreate();
      case 'unlink':
        return rmSync(this.#log.live, { force: true });
      case 'replace by a copy':
        this.#relink();
        this.#isCopied = true;
        return this.#log.replaceByCopy();
      case 'move away':
        this.#relink();
        this.#leaveLine();
        this.#takeAway();
        this.#log.moveAway(this.#copyName());
        return;
      case 'read a little':
        for (let steps = 0; steps < action.steps; steps += 1) await this.#step();
        return;
      case 'read all':
        return this.readAll();
      case 'stop':
        await this.#reader?.close();
        this.#reader = undefined;
        return;
      case 'crash': {
        await this.#reader?.close();
        this.#reader = undefined;
        this.#stored.splice(Math.max(this.#certain, this.#stored.length - action.forgotten));
        return;
      }
    }
  }

  *#workingThrough(work: readonly Work[]): Steps {
    for (const part of work) {
      yield* this.#working(part);
      yield;
    }
  }

  *#working(work: Work): Steps {
    switch (work.do) {
      case 'write':
        this.#endLine();
        for (let count = 0; count < work.count; count += 1) this.#writeLine(work.logBytes);
        return;
      case 'begin a line':
        this.#endLine();
        this.#begun = line((this.#count += 1), 50);
        this.#halves.add(this.#begun.slice(0, 70));
        this.#log.write(this.#begun.slice(0, 70));
        return;
      case 'finish the line':
        return this.#endLine();
      case 'next day':
      case 'next part':
        return yield* this.#rotating(work.do);
      case 'compress': {
        const [name] = this.#closed.splice(work.which % Math.max(1, this.#closed.length), 1);
        if (name !== undefined) yield* this.#log.compressing(name);
      }
    }
  }

  #workOn(): void {
    if (this.#work === undefined || --this.#until > 0) return;
    this.#until = this.#work.every;
    if (this.#work.steps.next().done === true) this.#work = undefined;
  }

  #finishWork(): void {
    if (this.#work !== undefined) finish(this.#work.steps);
    this.#work = undefined;
  }

  /** Reads until nothing more comes, however long it takes. */
  async readAll(): Promise<void> {
    for (let quiet = 0; quiet < 12; ) {
      if ((await this.#step()) !== 'idle') {
        quiet = 0;
      } else {
        this.#factory.pass(1100);
        quiet += 1;
      }
    }
  }

  async close(): Promise<void> {
    await this.#reader?.close();
  }

  get #checkpoint(): FileCheckpoint | undefined {
    return this.#stored.at(-1)?.checkpoint ?? this.#first;
  }

  async #step(): Promise<FileBatch | 'again' | 'idle'> {
    this.#reader ??= this.#factory.open(this.#log.live, this.#checkpoint);
    const step = await this.#reader.poll();
    if (typeof step !== 'string') {
      const lines = step.bytes.toString('utf8').slice(0, -1).split('\n');
      this.#stored.push({ lines, checkpoint: step.checkpoint });
    }
    return step;
  }

  #writeLine(logBytes: number): void {
    const text = line((this.#count += 1), logBytes);
    this.#log.lines(text);
    this.#written.push(text);
    this.#inFile.push(text);
  }

  #endLine(): void {
    if (this.#begun === undefined) return;
    this.#log.write(`${this.#begun.slice(70)}\n`);
    this.#written.push(this.#begun);
    this.#inFile.push(this.#begun);
    this.#begun = undefined;
  }

  /** The line that was begun stays as it is: it will be handed out when something newer is there. */
  #leaveLine(): void {
    if (this.#begun === undefined) return;
    this.#written.push(this.#begun.slice(0, 70));
    this.#inFile.push(this.#begun.slice(0, 70));
    this.#begun = undefined;
  }

  /**
   * The file goes where only someone can know it who has read some of it, and only as long as that is
   * remembered, and there is no copy of it that looks the same.
   */
  #takeAway(): void {
    const last = this.read.at(-1);
    if (last !== undefined && this.#inFile.includes(last) && !this.#isCopied) {
      this.#certain = this.#stored.length;
    } else {
      for (const text of this.#inFile) {
        this.#destroyed.add(text);
        this.#untraceable.add(text);
      }
    }
    this.#inFile = [];
    this.#isCopied = false;
  }

  *#rotating(how: 'next day' | 'next part'): Steps {
    this.#leaveLine();
    const { dated, name } = this.#log;
    const isEmpty = statSync(dated).size === 0;
    this.#inFile = [];
    this.#isCopied = false;
    yield* how === 'next day' ? this.#log.beginningDay() : this.#log.beginningPart();
    if (!isEmpty) {
      this.#closed.push(name);
      return;
    }
    // The manager removes files without alerts.
    yield;
    rmSync(dated);
  }

  #destroy(): void {
    for (const text of this.#inFile) this.#destroyed.add(text);
    this.#inFile = [];
    this.#begun = undefined;
  }

  /** What a reader has open when it is deleted can still be read, if it is done before it dies. */
  async #deleteAndCreate(): Promise<void> {
    this.#relink();
    const position = this.#reader?.checkpoint()?.position;
    const isLive = this.#reader?.status().isLive ?? false;
    const isOpen = isLive && position?.inode === this.#log.inode();
    this.#leaveLine();
    const lost = this.#inFile;
    rmSync(this.#log.live);
    rmSync(this.#log.dated);
    this.#log.relink();
    this.#inFile = [];
    if (isOpen) {
      this.#writeLine(10);
      await this.readAll();
    }
    const read = new Set(this.read);
    for (const text of lost) if (!isOpen || read.has(text)) this.#destroyed.add(text);
  }

  #relink(): void {
    this.#log.relink();
  }

  #copyName(): string {
    return `${this.#log.live}.${(this.#copies += 1)}`;
  }
}
