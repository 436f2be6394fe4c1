/** Something that happened just now, for those who look on. Nothing of it is kept. */
export interface LiveEvent {
  /** Milliseconds since 1970. */
  readonly at: number;
  /**
   * What: `delivered`; `retry`, it failed and is attempted again; `dead`, it was given up; `held`, it waits
   * for its time or for others; `silenced`, it is held back by a silence or a mute; `refused`, it passed
   * the filters, and a condition or the destination left it out.
   */
  readonly event: 'delivered' | 'retry' | 'dead' | 'held' | 'silenced' | 'refused';
  readonly integration: string;
  readonly alert?: string | undefined;
  readonly level?: number | undefined;
  readonly rule?: string | undefined;
  readonly agent?: string | undefined;
  /** What held it back. */
  readonly verdict?: string | undefined;
  readonly delivery?: number | undefined;
  readonly reason?: string | undefined;
  /** As the service answered. */
  readonly status?: number | undefined;
  readonly duration_ms?: number | undefined;
  readonly message?: string | undefined;
  /** How many alerts the message covers, where it is about several. */
  readonly alerts?: number | undefined;
}
