/** The rows of a delivery and of its alert besides the alert's bytes, with their indexes. */
const ROWS_BYTES = 512;
/** The same for an attempt. */
const ATTEMPT_BYTES = 128;

/**
 * What a delivery takes up, in bytes: its alert, with what SQLite's pages leave unused. An alert for
 * several lanes is stored once, and counts to each of them.
 */
export function deliverySize(rawBytes: number): number {
  return ROWS_BYTES + rawBytes + Math.floor(rawBytes / 4);
}

/** What an attempt adds to that, with its texts. */
export function attemptSize(...texts: readonly (string | null)[]): number {
  return texts.reduce((sum, text) => sum + (text?.length ?? 0), ATTEMPT_BYTES);
}
