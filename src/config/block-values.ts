import { suggestion } from '../core/nearest.ts';
import type { OssecElement } from './ossec-conf/element.ts';
import { holdsReference } from './references.ts';
import { quoted, type Report } from './report.ts';

/** The options of an `<integration>` block. The reference knows no others. */
export const BLOCK_OPTIONS = [
  'name',
  'hook_url',
  'api_key',
  'level',
  'rule_id',
  'group',
  'event_location',
  'max_log',
  'alert_format',
  'options',
  'timeout',
  'retries',
] as const;
export type BlockOption = (typeof BLOCK_OPTIONS)[number];

/** One option as written. */
export interface BlockValue {
  readonly text: string;
  /** Where it stands. */
  readonly offset: number;
}

/** What a block says. */
export interface BlockValues {
  /** The effective value of every option except `rule_id`. */
  readonly last: ReadonlyMap<BlockOption, BlockValue>;
  /** All values given. For `rule_id` all count; for the others the reference validates them all. */
  readonly given: ReadonlyMap<BlockOption, readonly BlockValue[]>;
  /** True when it is empty, which was reported. */
  readonly isEmpty: boolean;
}

/** The only options in which `${env:…}` and `${file:…}` are replaced. */
const WITH_REFERENCES: ReadonlySet<BlockOption> = new Set(['hook_url', 'api_key', 'options']);

/** Collects the options of a block and reports errors in its form. */
export function gatherValues(block: OssecElement, report: Report): BlockValues {
  const last = new Map<BlockOption, BlockValue>();
  const given = new Map<BlockOption, BlockValue[]>();
  // The reference's reader of variables takes every <var> away before anyone else sees it.
  const children = block.children.filter((child) => child.name !== 'var');
  if (children.length === 0) {
    report.error(block.offset, 'this <integration> is empty: give it at least a <name>');
  }
  if (block.stray !== undefined) {
    const text = quoted(discreet(block.stray.text), 40);
    const message = `this text is ignored: ${text} is inside <integration>, but not inside an option`;
    report.warning(block.stray.offset, message);
  }
  checkAttributes(block, report);
  for (const child of children) {
    const option = BLOCK_OPTIONS.find((name) => name === child.name);
    if (option === undefined) {
      reportUnknown(child, block, report);
      continue;
    }
    checkForm(child, option, report);
    const value = { text: child.value, offset: child.valueOffset };
    const values = given.get(option) ?? [];
    given.set(option, values);
    values.push(value);
    if (option === 'rule_id') continue;
    const earlier = last.get(option);
    last.set(option, value);
    if (earlier === undefined) continue;
    const place = report.place(value.offset);
    report.warning(earlier.offset, `<${option}> is given again at ${place}: only the last counts`);
  }
  return { last, given, isEmpty: children.length === 0 };
}

/** Text that nothing reads may be an address or a key that lost its tags. */
function discreet(text: string): string {
  return text.replace(/\S{16,}/g, (word) => `${word.slice(0, 4)}…`);
}

function reportUnknown(child: OssecElement, block: OssecElement, report: Report): void {
  if (child.name === 'integration') {
    const place = report.place(block.offset);
    report.error(
      child.offset,
      `<integration> inside the <integration> of ${place}: close that one with </integration> first`,
    );
    return;
  }
  const meant = suggestion(child.name, BLOCK_OPTIONS);
  report.error(
    child.offset,
    `unknown option ${quoted(child.name)} in <integration>${meant || `; known are ${BLOCK_OPTIONS.join(', ')}`}`,
  );
}

function checkForm(element: OssecElement, option: BlockOption, report: Report): void {
  checkAttributes(element, report);
  if (element.tooLong) {
    report.error(element.valueOffset, `<${option}> is too long: at most 20479 bytes are read`);
  }
  const [child] = element.children;
  if (child !== undefined) {
    const message = `<${option}> takes text only: this element and the text before it are ignored`;
    report.warning(child.offset, message);
  }
  if (/&(?:lt|gt|quot|apos|#\d+|#[xX][\da-fA-F]+);/.test(element.value)) {
    const message = `<${option}> contains an entity such as &lt;, which is not decoded: only &amp; is`;
    report.warning(element.valueOffset, message);
  }
  if (/[\u2018-\u201f\u00ab\u00bb]/.test(element.value) && option !== 'options') {
    const message = `<${option}> contains typographic quotes, such as “ and ”, which are part of the value`;
    report.warning(element.valueOffset, `${message}: remove them, or write " or '`);
  }
  if (!WITH_REFERENCES.has(option) && holdsReference(element.value)) {
    const message = `\${env:…} and \${file:…} are not replaced in <${option}>`;
    report.warning(element.valueOffset, `${message}: only in hook_url, api_key and options`);
  }
}

function checkAttributes(element: OssecElement, report: Report): void {
  if (element.attributeOffset === undefined) return;
  const message = `attributes of <${element.name}> have no effect`;
  report.warning(element.attributeOffset, message);
}
