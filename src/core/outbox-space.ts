/** What keeps the outbox within its bounds needs of it. */
export interface OutboxSpace {
  /** Bytes that hold something. */
  usedBytes(): number;
  /**
   * Removes up to `limit` deliveries that ended in this state before a time (milliseconds since
   * 1970), the oldest first. Returns how many.
   */
  purge(state: 'delivered' | 'dead', finishedBefore: number, limit: number): number;
  /**
   * Gives up to so many free pages back to the file system, where there are too many. True when
   * there is more to give back.
   */
  compact(pages: number): boolean;
}
