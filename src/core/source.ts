/**
 * Where reading of a source stopped. Only the source that made it understands `state`; everyone else
 * keeps it as JSON, in the transaction that stores what was read up to there.
 */
export interface Checkpoint {
  /** The name of the source, see {@link Source.name}. */
  readonly source: string;
  /** The version of the shape of `state`. A source must expect one that it does not know. */
  readonly version: number;
  /** Anything that survives JSON. */
  readonly state: unknown;
}

/** Records of a source, and the checkpoint that is right once all of them are stored. */
export interface Batch {
  /**
   * Whole records, each ended by a newline, as `alert/record-framing.ts` cuts them. Only valid until
   * the next batch is asked for.
   */
  readonly bytes: Buffer;
  readonly checkpoint: Checkpoint;
  /**
   * What is right once only the records before an offset of `bytes` are stored; the offset is the
   * beginning of one. Only valid until the next batch is asked for. Sources that cannot be resumed
   * from there have none.
   */
  readonly checkpointAt?: (offset: number) => Checkpoint;
  /** Where the record at an offset of `bytes` came from, in words: `/…/alerts.json, byte 1234`. */
  readonly place: (offset: number) => string;
}

/**
 * Where alerts come from: a file, a queue, an index. Whatever is wrong outside is a condition in its
 * status, a log line and another try, never a rejection: a promise that rejects is a bug.
 */
export interface Source {
  /** Its id, the same over restarts: the stored checkpoint is found by it. `file` … */
  readonly name: string;
  /**
   * Finds the place to begin at, as far as that is possible now, and resolves with its checkpoint:
   * stored at once, it makes sure that nothing is lost when the daemon dies before the first alert.
   * Undefined when there is none yet. {@link next} does not need it.
   */
  start(): Promise<Checkpoint | undefined>;
  /**
   * Waits for records; undefined once the signal aborts or the source is closed. To be called again
   * only after it resolved. Asking for the next batch says that the bytes of the last one are no
   * longer needed, not that they are stored. What could not be stored can only be read again by
   * opening the source with the stored checkpoint.
   */
  next(signal: AbortSignal): Promise<Batch | undefined>;
  /**
   * Says that everything handed out up to this checkpoint has been committed; called after the
   * commit, never before it. For sources that keep what is not acknowledged, such as queues. It must
   * not wait: what it tells others goes out later, and if that fails, they deliver again.
   */
  acknowledge?(stored: Checkpoint): void;
  /**
   * Opens a second reader for what was read before, after `from` up to `until`, both checkpoints of
   * this source. It is independent of {@link next}, and must be closed. A source that keeps nothing
   * that was acknowledged has no such method.
   */
  resumeFrom?(from: Checkpoint, until: Checkpoint): Replay | Unreplayable;
  status(): SourceStatus;
  /** Gives everything back. Ends a waiting {@link next}. */
  close(): Promise<void>;
}

/** Reads a part of a source again. */
export interface Replay {
  /**
   * The next batch, which never reaches beyond `until`; its checkpoint can be resumed from. `end`
   * when all was handed out that is still there; undefined once the signal aborts or it is closed.
   * To be called again only after it resolved.
   */
  next(signal: AbortSignal): Promise<Batch | 'end' | undefined>;
  /** What could not be read again, as far as that has been noticed: not all leaves a gap. */
  losses(): readonly Loss[];
  close(): Promise<void>;
}

/** Something that a source no longer holds. */
export interface Loss {
  /** What it is and why it is gone, in words. */
  readonly what: string;
  /** How much it is; undefined when nobody can know. */
  readonly bytes: number | undefined;
}

/** A place that nothing can be read from: it is of another source or an unknown version. */
export interface Unreplayable {
  /** What is gone and why, in words. */
  readonly gone: string;
}

/** How a source is doing: what is known of every kind. */
export interface SourceStatus {
  /** Bytes that wait to be read; undefined where the source cannot tell. */
  readonly lagBytes: number | undefined;
  /** When records were last handed out, in milliseconds since 1970. */
  readonly lastLinesAt: number | undefined;
  /** What is wrong now. */
  readonly health: readonly SourceCondition[];
  /** What it has done since it was opened, by name. */
  readonly counts: Readonly<Record<string, number>>;
}

/** Something that is wrong with a source, while it lasts. */
export interface SourceCondition {
  /** A word of a fixed set of the source. */
  readonly kind: string;
  readonly message: string;
  /** Milliseconds since 1970. */
  readonly since: number;
}
