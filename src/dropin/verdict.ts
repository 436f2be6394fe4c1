import { BLOCK_OPTIONS } from '../config/block-values.ts';
import { LONGEST_VALUE, type OssecElement } from '../config/ossec-conf/element.ts';
import type { ManagerLevel, ManagerLine } from '../telemetry/manager-log.ts';

/** The configuration's name in messages: relative to the manager's directory. */
export const CONFIG_FILE = 'etc/ossec.conf';

const ROOT = 'ossec_config';
const DIGITS = new Set(['level', 'max_log', 'timeout', 'retries']);

/** A mistake that the original refuses a configuration for. */
export interface Mistake {
  /** What it says of it. */
  readonly lines: readonly ManagerLine[];
  /** Where it is in the text. */
  readonly offset: number;
}

/** What the original says of a file that it cannot read or parse, and nothing more. */
export function cannotRead(message: string, line: number): ManagerLine[] {
  const text = `(1226): Error reading XML file '${CONFIG_FILE}': XMLERR: ${message} (line ${line}).`;
  return [{ level: 'ERROR', text }];
}

/**
 * What the original refuses a configuration for, in its numbered messages; undefined when it accepts
 * it (Wazuh 4.14 `config.c`, `integrator-config.c`). It stops at the first fault.
 * Different on purpose: sections that are not ours are not judged, and whitespace around a number
 * is forgiven.
 * @param lineOf the line of an offset, counted from 1
 */
export function findMistake(
  roots: readonly OssecElement[],
  lineOf: (offset: number) => number,
): Mistake | undefined {
  const blocks = integrationBlocks(roots);
  const overlong = blocks.flatMap((block) => block.children).find((child) => child.tooLong);
  if (overlong !== undefined) {
    const message = `<${overlong.name}> is longer than ${LONGEST_VALUE} bytes.`;
    const { offset } = overlong;
    return { lines: cannotRead(message, lineOf(offset)), offset };
  }
  const critical = configurationError('CRITICAL');
  for (const root of visible(roots)) {
    const { name, offset } = root;
    if (name !== ROOT) return { lines: [invalidElement(name), critical], offset };
    for (const block of visible(root.children).filter(isIntegration)) {
      const complaint = complaintAbout(block);
      if (complaint === undefined) continue;
      const lines = [complaint.line, configurationError('ERROR'), critical];
      return { lines, offset: complaint.offset };
    }
  }
  return undefined;
}

/** The `<integration>` blocks of a configuration. */
export function integrationBlocks(roots: readonly OssecElement[]): OssecElement[] {
  return roots
    .filter(({ name }) => name === ROOT)
    .flatMap((root) => root.children.filter(isIntegration));
}

function complaintAbout(block: OssecElement): { line: ManagerLine; offset: number } | undefined {
  const { offset } = block;
  const children = visible(block.children);
  if (children.length === 0) return { line: invalidElement(block.name), offset };
  for (const child of children) {
    const { name, value, valueOffset } = child;
    if (!(BLOCK_OPTIONS as readonly string[]).includes(name)) {
      return { line: invalidElement(name), offset: child.offset };
    }
    const isNumber = !DIGITS.has(name) || /^\d*$/.test(value.trim());
    if (!isNumber || (name === 'max_log' && (Number(value) < 165 || Number(value) > 1024))) {
      return { line: invalidValue(name, value), offset: valueOffset };
    }
  }
  if (children.some(({ name }) => name === 'name')) return undefined;
  return { line: { level: 'ERROR', text: '(5310): Invalid integratord configuration.' }, offset };
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
