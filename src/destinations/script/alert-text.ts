import { type Alert, displayText, memberBytes, scanAlert, valueOf } from '../sdk/index.ts';

/**
 * The alert in the text format: seven lines of shell assignments, for scripts that read their alert
 * with `. file` (Wazuh 4.14 `integrator.c`). Byte for byte as the reference writes them, with one
 * exception: a description, location, date or rule id that would close its own quotes, and so run as a
 * command, loses those quotes; the reference makes only the log and the address harmless.
 * For an alert that OSSEC wrote, the location includes the host, as in the text format of that time.
 * @param maxLog maximum bytes of the log; a longer one ends with `...`.
 * @param log stands in place of the alert's own.
 */
export function alertText(alert: Alert, maxLog: number, log?: string): Buffer {
  const facts = scanAlert(alert.raw);
  const level = typeof facts === 'string' ? 0 : (facts.level ?? 0);
  const field = (...path: string[]) => textField(alert.raw, path);
  const lines = [
    line('alertdate', quoteProof(field('timestamp'))),
    line('alertlocation', quoteProof(field('ossec', 'location') || field('location'))),
    line('ruleid', quoteProof(field('rule', 'id'))),
    line('alertlevel', bytes(String(level))),
    line('ruledescription', quoteProof(field('rule', 'description'))),
    line('alertlog', harmlessLog(bytes(log ?? field('full_log')), maxLog)),
    line('srcip', harmlessAddress(bytes(field('data', 'srcip')))),
  ];
  return Buffer.from(lines.join('\n'), 'latin1');
}

/** Everything here is bytes, one character each, because the reference counts and checks bytes. */
function bytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

function line(name: string, value: string): string {
  return `${name}='${value}'`;
}

/** A field as a C string: empty when it is missing, cut at the first NUL. */
function textField(json: Buffer, path: readonly string[]): string {
  let value: Buffer | undefined = json;
  for (const name of path) value = value === undefined ? undefined : memberBytes(value, name);
  if (value === undefined) return '';
  const text = displayText(valueOf(value)) ?? '';
  const end = text.indexOf('\0');
  return end === -1 ? text : text.slice(0, end);
}

/** What may appear between a closing quote and the next opening quote. */
const PLAIN_WORD = /^[A-Za-z0-9_.,:/@%+=-]*$/;

/**
 * A value that stays one value inside single quotes. Pairs of quotes around a plain word, as in
 * `user 'root' logged in`, are harmless, so they stay as the reference leaves them; otherwise every quote
 * becomes a space. Line feeds and other control characters become spaces too: they could pass for
 * further lines where a script reads line by line.
 */
function quoteProof(text: string): string {
  const value = bytes(text).replace(/[\u0000-\u001f\u007f]/g, ' ');
  const parts = value.split("'");
  const isBalanced = parts.length % 2 === 1;
  const isHarmless = isBalanced && parts.every((part, at) => at % 2 === 0 || PLAIN_WORD.test(part));
  return isHarmless ? value : parts.join(' ');
}

/** The reference's rule for logs. A log as long as the limit is cut as well. */
function harmlessLog(log: string, maxLog: number): string {
  const cutLog = log.length >= maxLog ? log.slice(0, maxLog) : log;
  const harmless = cutLog
    .replace(/[^\u0020-\u007a]|['`"!$]/g, ' ')
    .replaceAll('\\', '/')
    .replaceAll(';', ',');
  return log.length >= maxLog ? `${harmless.slice(0, -3)}...` : harmless;
}

/** The reference's rule for addresses: what is below `.` or above `z` becomes a space. */
function harmlessAddress(address: string): string {
  return address.replace(/[^\u002e-\u007a]|[`\\]/g, ' ');
}
