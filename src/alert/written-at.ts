const MEMBER = Buffer.from('"timestamp":"');
/** `2026-08-20T11:22:31.771+0000` */
const LENGTH = 28;

/**
 * When the manager wrote an alert, in milliseconds since 1970, by its first `timestamp`; undefined
 * where it has none in the form of Wazuh. Does not parse the alert: this is asked for every delivery.
 */
export function writtenAt(raw: Buffer): number | undefined {
  const found = raw.indexOf(MEMBER);
  if (found < 0) return undefined;
  const start = found + MEMBER.length;
  const time = Date.parse(raw.toString('latin1', start, start + LENGTH));
  return Number.isNaN(time) ? undefined : time;
}
