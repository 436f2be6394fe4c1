import { suggestion } from '../core/nearest.ts';

/** Names that follow each other in a circle: the days of the week, or the months. */
export interface Circle {
  /** What one of them is, for messages. */
  readonly kind: 'day' | 'month';
  /** In full, in small letters. The first three letters are a name too. */
  readonly names: readonly string[];
}

export const WEEKDAYS: Circle = {
  kind: 'day',
  names: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'],
};

export const MONTHS: Circle = {
  kind: 'month',
  names: [
    'january',
    'february',
    'march',
    'april',
    'may',
    'june',
    'july',
    'august',
    'september',
    'october',
    'november',
    'december',
  ],
};

/**
 * Reads a name or a range of names, as in `mon`, `mon-fri` or, around the end, `fri-mon`.
 * @returns positions in the circle, from 0 on; or what is wrong, as half a sentence.
 */
export function readNames(text: string, { kind, names }: Circle): readonly number[] | string {
  const [first = '', last = first, more] = text.toLowerCase().split('-');
  const positions = [first, last].map((name) => {
    return names.findIndex((full) => full === name.trim() || full.slice(0, 3) === name.trim());
  });
  const [from = -1, to = -1] = positions;
  if (more !== undefined || from === -1 || to === -1) {
    const short = names.map((name) => name.slice(0, 3));
    const wrong = from === -1 ? first : last;
    const hint = more === undefined && suggestion(wrong.trim(), [...short, ...names]);
    return hint
      ? `there is no ${kind} ${JSON.stringify(wrong.trim())}${hint}`
      : `must be a ${kind} or a range of them: ${short[0]}, ${short[0]}-${short[4]}`;
  }
  const length = ((to - from + names.length) % names.length) + 1;
  return Array.from({ length }, (_, step) => (from + step) % names.length);
}
