import type { OssecElement } from '../config/ossec-conf/element.ts';
import type { ManagerLine, ManagerLogFormats } from '../telemetry/manager-log.ts';
import { invalidValue } from './verdict.ts';

const PLAIN: ManagerLogFormats = { plain: true, json: false };

/**
 * Which log files `<logging><log_format>` asks for: `plain`, `json`, or both with a comma between
 * them. The first one counts; without it, plain. A value that is nothing of that is a complaint,
 * which the original dies of.
 */
export function logFormats(roots: readonly OssecElement[]): ManagerLogFormats | ManagerLine {
  const value = roots
    .filter(({ name }) => name === 'ossec_config')
    .flatMap((root) => root.children)
    .filter(({ name }) => name === 'logging')
    .flatMap((section) => section.children)
    .find(({ name }) => name === 'log_format')?.value;
  if (value === undefined) return PLAIN;
  const formats = { plain: false, json: false };
  for (const part of value.split(',').map((item) => item.trim())) {
    if (part !== 'plain' && part !== 'json' && part !== 'both') {
      return invalidValue('log_format', part);
    }
    formats.plain ||= part !== 'json';
    formats.json ||= part !== 'plain';
  }
  return formats;
}
