const MEMBER = Buffer.from('"timestamp":"');
const QUOTE = 0x22;
/** `2026-08-20T11:22:31.771+0000` has 28. */
const LONGEST = 40;

/**
 * When the manager wrote an alert, in milliseconds since 1970, by its first `timestamp`; undefined
 * where it has none. Does not parse the alert: this is asked for every delivery.
 */
export function writtenAt(raw: Buffer): number | undefined {
  const found = raw.indexOf(MEMBER);
  if (found < 0) return undefined;
  const start = found + MEMBER.length;
  const end = raw.indexOf(QUOTE, start);
  if (end < 0 || end - start > LONGEST) return undefined;
  const time = Date.parse(raw.toString('latin1', start, end));
  return Number.isNaN(time) ? undefined : time;
}
