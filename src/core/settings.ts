/** What `integratord.yaml` may say besides the settings of single integrations. */
export interface DaemonSettings {
  readonly outbox: OutboxLimits;
  readonly reading: ReadingLimits;
}

/** How much the outbox keeps. */
export interface OutboxLimits {
  /** Days that delivered alerts are kept for inspection. */
  readonly deliveredDays: number;
  /** Days that dead letters are kept. */
  readonly deadDays: number;
  /**
   * Bytes that it may use. When it is full, delivered alerts are removed first, then reading pauses: the
   * alert file is the buffer.
   */
  readonly maxBytes: number;
}

/** How far back archives are read after an interruption. */
export interface ReadingLimits {
  /** Days since an archive was last written to. */
  readonly lookBackDays: number;
  /** Archives, the newest first. */
  readonly lookBackFiles: number;
  /** Bytes of archives on disk. */
  readonly lookBackBytes: number;
}

export const DEFAULT_SETTINGS: DaemonSettings = {
  outbox: { deliveredDays: 3, deadDays: 30, maxBytes: 2 * 2 ** 30 },
  reading: {
    lookBackDays: 7,
    lookBackFiles: Number.POSITIVE_INFINITY,
    lookBackBytes: Number.POSITIVE_INFINITY,
  },
};
