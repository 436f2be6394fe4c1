/** What the catalogue says of a message. */
export interface LogEntry {
  readonly level: 'info' | 'warn' | 'error';
  /** What happened, for someone who is woken by it. */
  readonly meaning: string;
  /** What to do now; undefined when there is nothing to do. */
  readonly action?: string;
}
