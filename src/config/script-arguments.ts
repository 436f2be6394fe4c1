import type { Integration } from '../core/integration.ts';
import type { Report } from './report.ts';

/** The arguments of a script that come from a value which may hold spaces, by their numbers. */
const ARGUMENTS = [
  { option: 'api_key', number: 2, next: '<hook_url>', nextNumber: 3 },
  { option: 'hook_url', number: 3, next: 'the options file', nextNumber: 5 },
] as const;

/**
 * Warns of spaces in what a script gets as one argument: as in the original, each of them begins a new
 * argument, so that all that follow shift.
 */
export function checkScriptArguments(
  { apiKey, hookUrl }: Pick<Integration, 'apiKey' | 'hookUrl'>,
  offsetOf: (option: 'api_key' | 'hook_url') => number,
  report: Report,
): void {
  for (const { option, number, next, nextNumber } of ARGUMENTS) {
    const text = (option === 'api_key' ? apiKey : hookUrl)?.reveal() ?? '';
    if (text.endsWith('\\')) {
      const message = `<${option}> ends with a backslash, which joins it with the script's next argument`;
      report.warning(offsetOf(option), `${message}: remove it`);
    }
    const spaces = text.match(/(?<!\\) /g)?.length ?? 0;
    if (spaces === 0) continue;
    const many = spaces === 1 ? 'a space' : `${spaces} spaces`;
    const parts = `the script gets it as arguments ${number} to ${number + spaces}`;
    const shifted = `${next} as argument ${nextNumber + spaces} rather than ${nextNumber}`;
    report.warning(
      offsetOf(option),
      `<${option}> contains ${many}, so ${parts}, and ${shifted}; write "\\ " for a space that belongs to the value`,
    );
  }
}
