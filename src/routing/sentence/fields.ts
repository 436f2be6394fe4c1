import { allOf, anyOf, entriesOf } from './lists.ts';

type Phrase = (values: readonly (string | number)[]) => string;

/** What a field can be asked, as it reads behind its path. */
const TESTS: Readonly<Record<string, Phrase>> = {
  in: (values) => anyOf(values),
  not_in: (values) => `not ${anyOf(values)}`,
  glob: (values) => `like ${anyOf(values)}`,
  regex: (values) => `matching ${anyOf(values.map((value) => `/${value}/`))}`,
  min: (values) => `at least ${values.join('')}`,
  max: (values) => `at most ${values.join('')}`,
  cidr: (values) => `inside of ${anyOf(values)}`,
};

/** What `fields` asks, a phrase for each field. */
export function fieldPhrases(fields: unknown): string[] {
  if (typeof fields !== 'object' || fields === null) return [];
  return Object.entries(fields).map(([path, wanted]) => fieldPhrase(path, wanted));
}

function fieldPhrase(path: string, wanted: unknown): string {
  if (typeof wanted !== 'object' || wanted === null || Array.isArray(wanted)) {
    return `where ${path} is ${anyOf(entriesOf(wanted))}`;
  }
  const { exists, ...tests } = wanted as Readonly<Record<string, unknown>>;
  const phrases = Object.entries(tests).flatMap(([name, value]) => {
    const test = TESTS[name];
    return test === undefined ? [] : [test(entriesOf(value))];
  });
  if (exists === false) return `without ${path}`;
  return phrases.length === 0 ? `with any ${path}` : `where ${path} is ${phrases.join(' and ')}`;
}

/** Fields that most people call by another name. */
const NAMES: Readonly<Record<string, string>> = {
  'rule.id': 'rule',
  'agent.id': 'agent',
  'agent.name': 'agent',
  'data.srcip': 'source',
  'data.dstip': 'destination',
  'data.srcuser': 'user',
};

/** The fields of a key: `rule, agent and source`. */
export function fieldNames(fields: readonly string[]): string {
  return allOf([...new Set(fields.map((field) => NAMES[field] ?? field))]);
}
