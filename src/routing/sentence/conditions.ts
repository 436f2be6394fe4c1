import type { ConditionPart, Conditions } from '../../conditions/read.ts';
import { fieldPhrases } from './fields.ts';
import { levelsText } from './levels.ts';
import { anyOf, brief, entriesOf } from './lists.ts';

type Mapping = Readonly<Record<string, unknown>>;

/** The keys of `only` besides `level` and `fields`, as they read before their values. */
const WORDS: Readonly<Record<string, string>> = {
  rules: 'rule',
  groups: 'group',
  agents: 'agent',
  locations: 'location',
  mitre: 'MITRE',
  managers: 'manager',
  nodes: 'node',
  decoders: 'decoder',
};

/**
 * What a mapping of the vocabulary of `only` asks, a phrase for each key.
 * @param value as it is written. What cannot be read says nothing.
 */
export function onlyPhrases(value: unknown): string[] {
  const only = mappingOf(value);
  const level = only['level'] === undefined ? undefined : levelsText(0, entriesOf(only['level']));
  const phrases = Object.entries(WORDS).flatMap(([key, word]) =>
    only[key] === undefined ? [] : [`${word} ${anyOf(entriesOf(only[key]))}`],
  );
  return [...(level === undefined ? [] : [level]), ...phrases, ...fieldPhrases(only['fields'])];
}

/** What `only` says, without what was wrong with it; its levels stand by themselves. */
export function writtenOnly(conditions: Conditions | undefined): {
  readonly levels: readonly (string | number)[] | undefined;
  readonly rest: string[];
} {
  const written = mappingOf(conditions?.written.only);
  const inForce = new Set(partsOf(conditions, 'only').map(({ path }) => String(path.at(-1))));
  const { level, ...rest } = Object.fromEntries(
    Object.entries(written).filter(([key]) => inForce.has(key)),
  );
  return { levels: level === undefined ? undefined : entriesOf(level), rest: onlyPhrases(rest) };
}

/** Each entry of `except`: `not agent lab-*`. @param now in milliseconds since 1970. */
export function exceptPhrases(conditions: Conditions | undefined, now: number): string[] {
  const written = conditions?.written.except;
  if (!Array.isArray(written)) return [];
  return partsOf(conditions, 'except').flatMap((part) => {
    const entry = mappingOf(written[Number(part.path.at(-1))]);
    if (part.end !== undefined && part.end <= now) return [];
    const { until } = entry;
    const phrases = onlyPhrases(entry);
    const what = phrases.length === 1 ? phrases.join('') : `(${phrases.join(' with ')})`;
    const notes = [
      typeof until === 'string' ? `until ${until}` : undefined,
      part.why === undefined ? undefined : brief(part.why),
    ].filter((note) => note !== undefined);
    return [`not ${what}${notes.length === 0 ? '' : ` (${notes.join(': ')})`}`];
  });
}

/** `when …`, with the expression as it is written. */
export function whenPhrases(conditions: Conditions | undefined): string[] {
  const { when } = conditions?.written ?? {};
  if (typeof when !== 'string' || partsOf(conditions, 'when').length === 0) return [];
  return [`when \`${brief(when)}\``];
}

function partsOf(
  conditions: Conditions | undefined,
  kind: ConditionPart['kind'],
): readonly ConditionPart[] {
  return conditions?.parts.filter((part) => part.kind === kind) ?? [];
}

function mappingOf(value: unknown): Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Mapping)
    : {};
}
