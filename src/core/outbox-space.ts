/** How a delivery can end. */
export type FinishedState = 'delivered' | 'dead';

/** What retention needs of the outbox. */
export interface OutboxSpace {
  /** Bytes in use. */
  usedBytes(): number;
  /**
   * Removes up to `limit` deliveries that ended in this state before a time (milliseconds since
   * 1970), the oldest first. Returns how many.
   */
  purge(state: FinishedState, finishedBefore: number, limit: number): number;
  /** Bytes of what ended in this state. */
  finishedBytes(state: FinishedState): number;
  /**
   * Removes up to `limit` deliveries that ended in this state, until no more than so many bytes are
   * left: the oldest of the lane that has most of them. Returns how many.
   */
  purgeTo(state: FinishedState, bytes: number, limit: number): number;
  /**
   * Gives up to the given number of free pages back to the file system, where there are too many. True when
   * there is more to give back.
   */
  compact(pages: number): boolean;
  /** Has the members of bundles that ended follow them, some at a time. True when there are more. */
  settleMembers(): boolean;
  /**
   * Forgets up to so many throttles, mutes and silences that make no difference any more. Returns how
   * many.
   */
  forgetQuiet(now: number, limit: number): number;
}
