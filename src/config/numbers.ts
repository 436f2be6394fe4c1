import type { BlockOption, BlockValue } from './block-values.ts';
import { quoted, type Report } from './report.ts';

/** The reference holds numbers in 32 bits. */
const LARGEST = 2 ** 31 - 1;

/**
 * Reads a number of a block: digits only, as in the reference, but surrounding whitespace is
 * allowed. An empty value is 0. Returns undefined when it is not a number; the report says so.
 */
export function readNumber(
  option: BlockOption,
  value: BlockValue,
  allowed: string,
  report: Report,
): number | undefined {
  const digits = value.text.trim();
  if (!/^\d*$/.test(digits)) {
    const given = quoted(value.text.trim());
    report.error(value.offset, `<${option}> must be ${allowed}, digits only, not ${given}`);
    return undefined;
  }
  if (digits !== value.text) {
    const message = `whitespace around the number in <${option}>: Wazuh's own daemon refuses it`;
    report.warning(value.offset, message);
  }
  if (digits === '') {
    report.warning(
      value.offset,
      `<${option}> is empty, which counts as 0: it should be ${allowed}`,
    );
  }
  const number = Number(digits);
  if (number <= LARGEST) return number;
  report.warning(value.offset, `<${option}> is larger than ${LARGEST} and is read as ${LARGEST}`);
  return LARGEST;
}
