/** Where something stands in the source of an expression, in UTF-16 units. */
export interface Span {
  readonly offset: number;
  readonly length: number;
}

/** What is wrong with a value of the settings file, and where. */
export interface Problem {
  readonly severity: 'error' | 'warning';
  /** Keys and positions, from the value that was read. */
  readonly path: readonly (string | number)[];
  /** True where the key at the end of the path is wrong, and not its value. */
  readonly isKey: boolean;
  /** Half a sentence: what is wrong. */
  readonly message: string;
  /** What to write instead. */
  readonly hint?: string;
  /** The place inside the text at the path, an expression or a pattern. */
  readonly span?: Span;
}
