/** Levels as the manager's logs name them. */
const LEVELS: Readonly<Record<string, string>> = {
  debug: 'DEBUG',
  info: 'INFO',
  warn: 'WARNING',
  error: 'ERROR',
};

/**
 * A log record as a line of `ossec.log`: `2026/08/20 11:22:33 integratord: INFO: message: k=v`,
 * in local time, as the reference writes it (`debug_op.c`).
 */
export function ossecLine(record: Readonly<Record<string, unknown>>): string {
  const { level, time, ...rest } = record;
  const name = LEVELS[String(level)] ?? 'INFO';
  return `${ossecTime(new Date(String(time)))} integratord: ${name}: ${ossecText(rest)}\n`;
}

/** What a log record says: `message: k=v`. */
export function ossecText(record: Readonly<Record<string, unknown>>): string {
  const { level: _, time: __, msg, ...fields } = record;
  const details = Object.entries(fields).map(([key, value]) => `${key}=${fieldText(value)}`);
  return details.length === 0 ? String(msg) : `${String(msg)}: ${details.join(' ')}`;
}

/** `YYYY/MM/DD HH:MM:SS` in local time. */
export function ossecTime(date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}/${two(date.getMonth() + 1)}/${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

function fieldText(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return /^[^\s"=\u0000-\u001f]+$/.test(text) ? text : JSON.stringify(text);
}
