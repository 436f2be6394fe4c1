/** More are only counted: a sentence is to be read. */
const MOST_NAMED = 8;
/** The longest value or expression in a sentence, in characters. */
const LONGEST = 120;

/** `a`, `a or b`, `a, b or c`; of many the first, and how many more there are. */
export function anyOf(values: readonly (string | number)[]): string {
  return joined(values, 'or');
}

/** `a`, `a and b`, `a, b and c`. */
export function allOf(values: readonly (string | number)[]): string {
  return joined(values, 'and');
}

function joined(values: readonly (string | number)[], last: 'or' | 'and'): string {
  const texts = values.map((value) => brief(String(value)));
  const shown =
    texts.length <= MOST_NAMED + 1
      ? texts
      : [...texts.slice(0, MOST_NAMED), `${texts.length - MOST_NAMED} more`];
  if (shown.length < 2) return shown.join('');
  return `${shown.slice(0, -1).join(', ')} ${last} ${shown.at(-1)}`;
}

/** A text on one line, cut where it is long. */
export function brief(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  const characters = Array.from(line);
  return characters.length <= LONGEST ? line : `${characters.slice(0, LONGEST).join('')}…`;
}

/** One value, or a list of them, as it is written. */
export function entriesOf(value: unknown): (string | number)[] {
  const list = Array.isArray(value) ? value : [value];
  return list.flatMap((one: unknown) => {
    if (typeof one === 'string' || typeof one === 'number') return [one];
    return typeof one === 'boolean' ? [String(one)] : [];
  });
}
