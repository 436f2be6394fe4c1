import { underlined } from '../../conditions/problem.ts';
import { readFit } from '../../conditions/read-fit.ts';
import { fieldsOfSamples } from '../../config/known-fields.ts';
import { reportProblems } from '../../config/problems.ts';
import { Report } from '../../config/report.ts';
import { parseYaml, type YamlFile } from '../../config/yaml-document.ts';
import { type Diagnostic, formatDiagnostic } from '../../core/diagnostic.ts';
import { complain } from '../../telemetry/standard-error.ts';
import type { Time } from '../../times/time.ts';
import { CommandError, EXIT } from '../exit.ts';
import { printableLines, printJson } from '../output.ts';

/** Which alerts a silence is about, as options. */
export interface MatcherOptions {
  readonly only?: string;
  readonly when?: string;
}

/** The same as values that can be compiled. */
export interface Matchers {
  readonly only: unknown;
  readonly when: string | undefined;
}

/**
 * Reads `--only` and `--when`. What is wrong is shown at its place.
 * @param times that expressions may ask.
 * @throws CommandError when something is wrong.
 */
export async function readMatchers(
  { only: text, when }: MatcherOptions,
  times: ReadonlyMap<string, Time>,
  json: boolean,
): Promise<Matchers> {
  const onlyReport = new Report('--only', text);
  const whenReport = new Report('--when', when);
  const yaml = text === undefined ? undefined : parseYaml(text, onlyReport);
  const only = yaml?.value;
  const isMissing = yaml !== undefined && (only === undefined || only === null);
  const { problems } = readFit(
    {
      ...(yaml !== undefined && { only: isMissing ? {} : only }),
      ...(when !== undefined && { when }),
    },
    { knownFields: fieldsOfSamples(), times },
  );
  if (yaml !== undefined) {
    const its = problems.filter(({ path }) => path[0] === 'only');
    const part = { value: { only }, report: onlyReport, path: [], yaml: below(yaml) };
    reportProblems(its, part);
  }
  for (const { severity, path, message, hint, span } of problems) {
    if (path[0] !== 'when' || when === undefined) continue;
    const words = hint === undefined ? message : `${message}; did you mean ${hint}?`;
    const excerpt = span && underlined(when, span);
    whenReport[severity](span?.offset ?? 0, words, excerpt);
  }
  const diagnostics = [...onlyReport.diagnostics(), ...whenReport.diagnostics()];
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  for (const diagnostic of diagnostics) show(diagnostic);
  if (errors > 0) {
    if (json) await printJson({ ok: false, diagnostics });
    throw new CommandError('nothing was done: which alerts it is about is wrong', EXIT.wrongInput);
  }
  return { only, when };
}

/** The file's value stands at `only`. */
function below(yaml: YamlFile): YamlFile {
  return {
    value: { only: yaml.value },
    offsetOf: (path) => yaml.offsetOf(path.slice(1)),
    offsetOfKey: (path) => yaml.offsetOfKey(path.slice(1)),
    offsetInside: (path, within) => yaml.offsetInside(path.slice(1), within),
    scalars: () => [],
  };
}

function show(diagnostic: Diagnostic): void {
  const { excerpt } = diagnostic;
  const lines = excerpt === undefined ? '' : `${excerpt.replace(/^/gm, '    ')}\n`;
  complain(printableLines(`${formatDiagnostic(diagnostic)}\n${lines}`));
}
