/** What integratord has said about itself. */
export interface SaidNotice {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** What is wrong, or was; a sentence without secrets. */
  readonly sentence: string;
  /** True where it says that something is over. */
  readonly isOver: boolean;
}
