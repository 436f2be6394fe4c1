import { type Condition } from '../conditions/condition.ts';
import { readOnly } from '../conditions/read.ts';
import { Report } from '../config/report.ts';
import { parseYaml } from '../config/yaml-document.ts';
import { CommandError, EXIT } from './exit.ts';

/**
 * Reads what `--only` says: the vocabulary of `only` in `integratord.yaml`, as YAML on one line such as
 * `{ rules: [5710], agents: web-* }` or `level: ">= 7"`.
 * @throws CommandError that says what is wrong with it.
 */
export function onlyOption(text: string): Condition {
  const report = new Report('--only', text);
  const value = parseYaml(text, report)?.value;
  const [wrong] = report.diagnostics();
  if (wrong !== undefined) throw refused(text, wrong.message);
  const { condition, problems } = readOnly(value);
  const error = problems.find(({ severity }) => severity === 'error');
  if (error !== undefined || condition === undefined) {
    const { path = [], message = 'says nothing', hint } = error ?? {};
    const place = path.length === 0 ? '' : `${path.join('.')}: `;
    throw refused(text, `${place}${message}${hint === undefined ? '' : `; did you mean ${hint}?`}`);
  }
  return condition;
}

function refused(text: string, why: string): CommandError {
  return new CommandError(`--only ${JSON.stringify(text)}: ${why}`, EXIT.wrongUsage);
}
