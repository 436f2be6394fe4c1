import { suggestion } from '../../core/nearest.ts';
import type { Report } from '../../core/problem-report.ts';
import { allOf, type Check, leaf } from '../check.ts';
import { compileGlob, type TextTest } from '../glob.ts';
import { lookupOf } from '../lookup.ts';
import { compileNetworks, parseNetwork } from '../networks.ts';
import { compileRegex } from '../regex.ts';
import { type Scope, someText } from '../scope.ts';
import { canonicalNumber, numberOf, type Scalar, shown, type Value } from '../values.ts';
import { fieldTestSchema } from './schema.ts';

type ValueTest = (value: Value, scope: Scope) => boolean;
interface Question {
  readonly test: ValueTest;
  readonly wanted: string;
}

/** One of `fields`: a value, a list of which one must fit, or a mapping of tests. */
export function fieldCheck(path: string, value: unknown, report: Report): Check {
  const lookup = lookupOf(path.split('.'));
  const checks = questions(value, report).map(({ test, wanted }) =>
    leaf({
      text: path,
      passes: (scope) => test(lookup(scope), scope),
      found: (scope) => shown(lookup(scope)),
      wanted,
    }),
  );
  return checks.length === 1 ? (checks[0] as Check) : allOf(path, checks);
}

function questions(value: unknown, report: Report): Question[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return ask('in', value, report);
  }
  const keys = Object.keys(value);
  if (keys.length === 0) report.error('must have a value, a list, or tests such as {exists: true}');
  return keys.flatMap((key) => ask(key, (value as Record<string, unknown>)[key], report, key));
}

function ask(name: string, value: unknown, parent: Report, key?: string): Question[] {
  const report = key === undefined ? parent : parent.at(key);
  if (!isTestName(name)) {
    const names = Object.keys(fieldTestSchema.shape);
    const hint = suggestion(name, names) || `; there are ${names.join(', ')}`;
    report.unknownKey(`unknown test ${JSON.stringify(name)}${hint}`);
    return [];
  }
  const { data, error } = fieldTestSchema.shape[name].safeParse(value);
  if (error !== undefined || data === undefined) {
    report.error(error?.issues[0]?.message ?? 'a value is missing');
    return [];
  }
  const list = Array.isArray(data) ? data : [data];
  const test = TESTS[name](list, (at) => (Array.isArray(value) ? report.at(at) : report));
  const wanted = list.map(String).join(', ');
  return [{ test, wanted: key === undefined ? wanted : `${key.replace('_', ' ')} ${wanted}` }];
}

type TestName = keyof typeof fieldTestSchema.shape;
const isTestName = (name: string): name is TestName => Object.hasOwn(fieldTestSchema.shape, name);

type TestOf = (list: readonly Scalar[], report: (at: number) => Report) => ValueTest;

const TESTS: Readonly<Record<TestName, TestOf>> = {
  in: (list, report) => some(oneOf(list, report)),
  not_in: (list, report) => {
    const isIn = some(oneOf(list, report));
    return (value, scope) => !isIn(value, scope);
  },
  glob: (list) => {
    const globs = list.map((pattern) => compileGlob(String(pattern)));
    return some((text, scope) => globs.some((glob) => scope.spend(1) && glob(text, scope)));
  },
  regex: (list, report) => {
    const tests = list.flatMap((pattern, at) => {
      const test = compileRegex(String(pattern));
      if (typeof test === 'function') return [test];
      report(at).error(test.wrong);
      return [];
    });
    return some((text, scope) => tests.some((test) => test(text, scope)));
  },
  min: ([least]) => some((text) => (numberOf(text) ?? Number.NaN) >= (least as number)),
  max: ([most]) => some((text) => (numberOf(text) ?? Number.NaN) <= (most as number)),
  exists:
    ([wanted]) =>
    (value) =>
      (value !== undefined) === wanted,
  cidr: (list, report) => {
    const networks = list.flatMap((text, at) => {
      const network = parseNetwork(String(text));
      if (network === undefined) report(at).error('must be a network such as 10.0.0.0/8');
      return network ?? [];
    });
    const contains = compileNetworks(networks);
    return some((text, scope) => scope.spend(networks.length / 16) && contains(text));
  },
};

function some(test: TextTest): ValueTest {
  return (value, scope) => someText(value, test, scope);
}

/** Equal texts, equal numbers however they are written, or an address in a network. */
function oneOf(list: readonly Scalar[], report: (at: number) => Report): TextTest {
  for (const [at, value] of list.entries()) {
    if (typeof value !== 'number' || Math.abs(value) <= Number.MAX_SAFE_INTEGER) continue;
    report(at).error('a number of this length loses digits; put it in quotes');
  }
  const texts = list.map(String);
  const equal = new Set(texts);
  const numbers = new Set(texts.flatMap((text) => canonicalNumber(text) ?? []));
  const networks = texts.flatMap((text) => parseNetwork(text) ?? []);
  const contains = compileNetworks(networks);
  return (text, scope) => {
    if (equal.has(text)) return true;
    if (numbers.size > 0) {
      const number = canonicalNumber(text);
      if (number !== undefined && numbers.has(number)) return true;
    }
    return networks.length > 0 && scope.spend(networks.length / 16) && contains(text);
  };
}
