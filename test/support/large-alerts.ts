import { alertLine } from './home.ts';

/** A line of alerts.json may have this many bytes. */
export const LONGEST_LINE = 16 * 2 ** 20;

/** What large alerts can be made of. */
export const LARGE_KINDS = ['log', 'umlauts', 'nested', 'members', 'objects', 'quotes'] as const;
export type LargeKind = (typeof LARGE_KINDS)[number];

/** An alert of nearly the given number of bytes, whose number can be found again. */
export function largeAlert(number: number, kind: LargeKind, bytes = LONGEST_LINE): string {
  const line = alertLine(number);
  const room = bytes - line.length - 200;
  if (kind === 'log') return withLog(line, 'Failed password for root. '.repeat(room / 26));
  // One character outside Latin-1 doubles the memory that all others take in JavaScript.
  if (kind === 'umlauts') return withLog(line, `\u{1f525}${'x'.repeat(room - 4)}`);
  if (kind === 'quotes') return withLog(line, '\\"'.repeat(room / 2));
  return `${line.slice(0, -1)},"data":${filler(kind, room)}}`;
}

function withLog(line: string, log: string): string {
  return line.replace(/"full_log":"[^"]*"/, () => `"full_log":"${log}"`);
}

function filler(kind: 'nested' | 'members' | 'objects', bytes: number): string {
  switch (kind) {
    case 'nested': {
      const deep = '['.repeat(900) + ']'.repeat(900);
      return `[${Array.from({ length: Math.floor(bytes / 1801) }, () => deep).join(',')}]`;
    }
    case 'objects':
      return `[${'{},'.repeat(bytes / 3 - 2)}{}]`;
    case 'members': {
      const members = Array.from({ length: Math.floor(bytes / 13) }, (_, i) => {
        return `"${String(i).padStart(8, 'a')}":1`;
      });
      return `{${members.join(',')}}`;
    }
  }
}
