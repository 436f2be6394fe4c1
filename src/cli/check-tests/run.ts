import { dirname, resolve } from 'node:path';
import { type ReadAlert, readAlert } from '../../alert/formats/read-alert.ts';
import type { PreparedIntegration } from '../../app/setup.ts';
import type { ConfigTest } from '../../config/config-tests.ts';
import type { Diagnostic } from '../../core/diagnostic.ts';
import type { SourcePosition } from '../../core/integration.ts';
import { suggestion } from '../../core/nearest.ts';
import { Quiet, type QuietSettings } from '../../silences/quiet.ts';
import { readAlertDocuments } from '../alert-documents.ts';
import { chainText } from '../explain/text.ts';
import { openFile } from '../lines.ts';
import { plainStyle } from '../style.ts';
import { decideAlone, type TestDecision } from './decide.ts';

/** How the tests of a configuration went. */
export interface TestResult {
  readonly passed: number;
  readonly failed: number;
  /** What failed, each at its place. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Verdicts with which an alert reaches its integration all the same. */
const REACHES: ReadonlySet<string> = new Set(['send', 'digest', 'throttle', 'storm']);

/**
 * Tries the tests of a configuration.
 * @param now in milliseconds since 1970, for those that say no time.
 * @param silences those that come again: they count where a test says a time, so that no test fails only
 *   because of the hour at which it is tried.
 */
export async function runTests(
  tests: readonly ConfigTest[],
  integrations: readonly PreparedIntegration[],
  now: number,
  silences: QuietSettings['silences'] = [],
): Promise<TestResult> {
  const failures: Diagnostic[][] = [];
  const quiet = new Quiet({ silences, mutes: [] });
  for (const test of tests) failures.push(await runTest(test, integrations, now, quiet));
  const failed = failures.filter(({ length }) => length > 0).length;
  return { passed: tests.length - failed, failed, diagnostics: failures.flat() };
}

async function runTest(
  test: ConfigTest,
  integrations: readonly PreparedIntegration[],
  now: number,
  quiet: Quiet,
): Promise<Diagnostic[]> {
  let alerts: ReadAlert[];
  try {
    alerts = await alertsOf(test);
  } catch (error) {
    return [errorAt(test.place, `this test cannot be tried: ${(error as Error).message}`)];
  }
  if (test.goesTo.length + test.notTo.length === 0) {
    return [errorAt(test.place, 'this test says nothing: add goes_to or not_to')];
  }
  const unknown = unknownIds(test, integrations);
  if (unknown.length > 0) return unknown;
  return alerts.flatMap((alert) => {
    const silences = test.at === undefined ? undefined : quiet;
    return failuresOf(test, alert, decideAlone(integrations, alert, test.at ?? now, silences));
  });
}

async function alertsOf({ alert, place }: ConfigTest): Promise<ReadAlert[]> {
  const records: Buffer[] = [];
  if (typeof alert === 'string') {
    const path = resolve(dirname(place.file), alert);
    for await (const { bytes } of readAlertDocuments(openFile(path))) records.push(bytes);
    if (records.length === 0) throw new Error(`there is no alert in ${path}`);
  } else {
    records.push(Buffer.from(JSON.stringify(alert)));
  }
  return records.map((bytes) => {
    const read = readAlert(bytes);
    if (typeof read === 'string') throw new Error(`it is not an alert: ${read}`);
    return read;
  });
}

function unknownIds(
  { goesTo, notTo, placeOf }: ConfigTest,
  integrations: readonly PreparedIntegration[],
): Diagnostic[] {
  const ids = new Set(integrations.map(({ integration }) => integration.id));
  const lists = [
    ['goes_to', goesTo],
    ['not_to', notTo],
  ] as const;
  return lists.flatMap(([list, named]) =>
    named.flatMap((id, index) => {
      if (ids.has(id)) return [];
      const message = `no integration has the id ${JSON.stringify(id)}${suggestion(id, ids)}`;
      return [errorAt(placeOf(list, index), message)];
    }),
  );
}

function failuresOf(
  { goesTo, notTo, because, placeOf }: ConfigTest,
  alert: ReadAlert,
  decisions: ReadonlyMap<string, TestDecision>,
): Diagnostic[] {
  const whose = alert.facts.id === undefined ? 'the alert' : `alert ${alert.facts.id}`;
  const fail = (list: 'goes_to' | 'not_to', index: number, id: string, message: string) => {
    const decision = decisions.get(id) as TestDecision;
    const excerpt = chainText(decision.chain, plainStyle);
    const place = placeOf(list, index);
    return errorAt(place, `test failed: ${id} ${message}${whyText(decision)}`, excerpt);
  };
  const missing = goesTo.flatMap((id, index) => {
    const { verdict = 'send' } = decisions.get(id) ?? {};
    return REACHES.has(verdict) ? [] : [fail('goes_to', index, id, `does not get ${whose}`)];
  });
  const unwanted = notTo.flatMap((id, index) => {
    const { verdict = 'send', by } = decisions.get(id) ?? {};
    if (because === undefined ? !REACHES.has(verdict) : because === verdict || because === by) {
      return [];
    }
    const message = REACHES.has(verdict)
      ? `gets ${whose}`
      : `does not get ${whose}, but not because of ${because}`;
    return [fail('not_to', index, id, message)];
  });
  return [...missing, ...unwanted];
}

function whyText({ verdict, by = verdict, chain }: TestDecision): string {
  if (verdict === 'send') return '';
  const why = chain.at(-1)?.pass === false ? chain.at(-1)?.why : undefined;
  return ` (${by}${why === undefined ? '' : `: ${why}`})`;
}

function errorAt(place: SourcePosition, message: string, excerpt?: string): Diagnostic {
  return {
    severity: 'error',
    ...place,
    message,
    ...(excerpt !== undefined && excerpt !== '' && { excerpt }),
  };
}
