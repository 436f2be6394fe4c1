import type { OssecElement } from '../config/ossec-conf/element.ts';
import type { ManagerLogFormats } from '../telemetry/manager-log.ts';
import { invalidValue, type Mistake } from './verdict.ts';

const PLAIN: ManagerLogFormats = { plain: true, json: false };

/**
 * Which log files `<logging><log_format>` asks for: `plain`, `json`, or both with a comma between
 * them. The first one counts; without it, plain. A value that is nothing of that is a mistake,
 * which the original dies of.
 */
export function logFormats(roots: readonly OssecElement[]): ManagerLogFormats | Mistake {
  const element = roots
    .filter(({ name }) => name === 'ossec_config')
    .flatMap((root) => root.children)
    .filter(({ name }) => name === 'logging')
    .flatMap((section) => section.children)
    .find(({ name }) => name === 'log_format');
  if (element === undefined) return PLAIN;
  const formats = { plain: false, json: false };
  for (const part of element.value.split(',').map((item) => item.trim())) {
    if (part !== 'plain' && part !== 'json' && part !== 'both') {
      return { lines: [invalidValue('log_format', part)], offset: element.valueOffset };
    }
    formats.plain ||= part !== 'json';
    formats.json ||= part !== 'plain';
  }
  return formats;
}
