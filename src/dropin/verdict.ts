import { BLOCK_OPTIONS } from '../config/block-values.ts';
import { LONGEST_VALUE, type OssecElement } from '../config/ossec-conf/element.ts';
import type { ManagerLevel, ManagerLine } from '../telemetry/manager-log.ts';

/** The configuration's name in messages: relative to the manager's directory. */
export const CONFIG_FILE = 'etc/ossec.conf';

const ROOT = 'ossec_config';
const DIGITS = new Set(['level', 'max_log', 'timeout', 'retries']);

/** What the original says of a file that it cannot read or parse, and nothing more. */
export function cannotRead(message: string, line: number): ManagerLine[] {
  const text = `(1226): Error reading XML file '${CONFIG_FILE}': XMLERR: ${message} (line ${line}).`;
  return [{ level: 'ERROR', text }];
}

/**
 * What the original says of a configuration that it refuses, in its numbered messages; nothing when
 * it accepts it (Wazuh 4.14 `config.c`, `integrator-config.c`). It stops at the first fault.
 * Different on purpose: sections that are not ours are not judged, and whitespace around a number
 * is forgiven.
 * @param lineOf the line of an offset, counted from 1
 */
export function complaints(
  roots: readonly OssecElement[],
  lineOf: (offset: number) => number,
): ManagerLine[] {
  const blocks = integrationBlocks(roots);
  const overlong = blocks.flatMap((block) => block.children).find((child) => child.tooLong);
  if (overlong !== undefined) {
    const message = `<${overlong.name}> is longer than ${LONGEST_VALUE} bytes.`;
    return cannotRead(message, lineOf(overlong.offset));
  }
  const critical = configurationError('CRITICAL');
  for (const root of visible(roots)) {
    if (root.name !== ROOT) return [invalidElement(root.name), critical];
    for (const block of visible(root.children).filter(isIntegration)) {
      const complaint = complaintAbout(block);
      if (complaint !== undefined) return [complaint, configurationError('ERROR'), critical];
    }
  }
  return [];
}

/** The `<integration>` blocks of a configuration. */
export function integrationBlocks(roots: readonly OssecElement[]): OssecElement[] {
  return roots
    .filter(({ name }) => name === ROOT)
    .flatMap((root) => root.children.filter(isIntegration));
}

function complaintAbout(block: OssecElement): ManagerLine | undefined {
  const children = visible(block.children);
  if (children.length === 0) return invalidElement(block.name);
  for (const { name, value } of children) {
    if (!(BLOCK_OPTIONS as readonly string[]).includes(name)) return invalidElement(name);
    if (DIGITS.has(name) && !/^\d*$/.test(value.trim())) return invalidValue(name, value);
    if (name === 'max_log' && (Number(value) < 165 || Number(value) > 1024)) {
      return invalidValue(name, value);
    }
  }
  if (children.some(({ name }) => name === 'name')) return undefined;
  return { level: 'ERROR', text: '(5310): Invalid integratord configuration.' };
}

/** The value of an element that the original does not take. */
export function invalidValue(name: string, value: string): ManagerLine {
  return { level: 'ERROR', text: `(1235): Invalid value for element '${name}': ${value}.` };
}

function invalidElement(name: string): ManagerLine {
  return { level: 'ERROR', text: `(1230): Invalid element in the configuration: '${name}'.` };
}

function configurationError(level: ManagerLevel): ManagerLine {
  return { level, text: `(1202): Configuration error at '${CONFIG_FILE}'.` };
}

const isIntegration = ({ name }: OssecElement) => name === 'integration';

/** The reference's reader of variables takes every `<var>` away before anyone else sees it. */
function visible(elements: readonly OssecElement[]): readonly OssecElement[] {
  return elements.filter(({ name }) => name !== 'var');
}
