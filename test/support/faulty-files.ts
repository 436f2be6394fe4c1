import {
  FileError,
  type FileSystem,
  type Readable,
  systemFileSystem,
} from '../../src/sources/file/files.ts';

export type Operation = 'facts' | 'open' | 'read' | 'names';

interface Interruption {
  readonly operation: Operation;
  readonly pathPart: string;
  readonly happens: () => void;
}

/** The real file system, until a test breaks it. */
export class FaultyFiles implements FileSystem {
  readonly #faults = new Map<string, FileError>();
  #interruption: Interruption | undefined;
  /** Called just before every operation, of open files too. */
  before: () => void = () => {};

  /** Lets something happen just before the next operation of a kind on a path that holds a text. */
  interrupt(operation: Operation, happens: () => void, pathPart = ''): void {
    this.#interruption = { operation, happens, pathPart };
  }

  /** Lets an operation fail for every path that holds a text. */
  break(operation: Operation, pathPart: string, code: string): void {
    this.#faults.set(`${operation} ${pathPart}`, new FileError(code, `${code}: broken by a test`));
  }

  mend(operation: Operation, pathPart: string): void {
    this.#faults.delete(`${operation} ${pathPart}`);
  }

  async facts(path: string): ReturnType<FileSystem['facts']> {
    return this.#fault('facts', path) ?? systemFileSystem.facts(path);
  }

  async ownFacts(path: string): ReturnType<FileSystem['ownFacts']> {
    return this.#fault('facts', path) ?? systemFileSystem.ownFacts(path);
  }

  async names(directory: string): ReturnType<FileSystem['names']> {
    return this.#fault('names', directory) ?? systemFileSystem.names(directory);
  }

  async open(path: string, noFollow: boolean): Promise<Readable | FileError> {
    const fault = this.#fault('open', path);
    if (fault !== undefined) return fault;
    const file = await systemFileSystem.open(path, noFollow);
    if (file instanceof FileError) return file;
    return {
      facts: () => {
        this.before();
        return file.facts();
      },
      close: () => file.close(),
      read: async (target, at) => this.#fault('read', path) ?? file.read(target, at),
    };
  }

  #fault(operation: Operation, path: string): FileError | undefined {
    this.before();
    const interruption = this.#interruption;
    if (interruption?.operation === operation && path.includes(interruption.pathPart)) {
      this.#interruption = undefined;
      interruption.happens();
    }
    for (const [key, trouble] of this.#faults) {
      const [broken, part] = key.split(/ (.*)/s);
      if (broken === operation && path.includes(part ?? '')) return trouble;
    }
    return undefined;
  }
}

/** A file that a test holds in memory. */
export class MemoryFile implements Readable {
  bytes: Buffer;
  modified = 1;
  trouble: FileError | undefined;

  constructor(content: string | Buffer) {
    this.bytes = Buffer.from(content);
  }

  append(content: string): void {
    this.bytes = Buffer.concat([this.bytes, Buffer.from(content)]);
    this.modified += 1;
  }

  replace(content: string): void {
    this.bytes = Buffer.from(content);
    this.modified += 1;
  }

  async read(target: Buffer, at: number): Promise<number | FileError> {
    if (this.trouble !== undefined) return this.trouble;
    return this.bytes.subarray(at).copy(target);
  }

  async facts(): ReturnType<Readable['facts']> {
    const { modified } = this;
    return { device: '1', inode: '1', size: this.bytes.length, modified, isRegular: true };
  }

  async close(): Promise<void> {}
}
