import type { GroupDialect, LocationDialect } from '../core/integration.ts';
import { namesHost, recogniseGroup } from '../filters/dialect.ts';
import { compileSregex, neverFound } from '../filters/sregex.ts';
import type { BlockValue, BlockValues } from './block-values.ts';
import { listed, quoted, type Report } from './report.ts';
import { parseRuleIds } from './rule-ids.ts';

/** The highest level that a rule can have. */
const HIGHEST_LEVEL = 16;

/** Groups that Wazuh 3 and later keep in fields of their own, e.g. `rule.pci_dss`. */
const COMPLIANCE = /^(?:pci_dss|cis|gdpr|gpg13|hipaa|nist_800_53|tsc)_/;

/** Warns when a level matches no alert. */
export function checkLevel(level: number, { offset }: BlockValue, report: Report): void {
  if (level <= HIGHEST_LEVEL) return;
  const message = `no alert has a level of ${level}: levels go from 0 to ${HIGHEST_LEVEL}`;
  report.warning(offset, `${message}, so nothing will be sent`);
}

/** The filter for rules: undefined when there is none. Warns about skipped ids. */
export function readRuleIds(
  values: Pick<BlockValues, 'given'>,
  report: Report,
): readonly number[] | undefined {
  const given = values.given.get('rule_id') ?? [];
  const lists = given.map(({ text, offset }) => ({ ...parseRuleIds(text), text, offset }));
  const ids = lists.flatMap((list) => list.ids);
  const isSet = lists.some((list) => list.isSet);
  for (const { ids: own, isSet: ownIsSet, ignored, text, offset } of lists) {
    if (!ownIsSet) {
      const effect = isSet
        ? 'it is ignored'
        : 'without this filter the alerts of ALL rules are sent';
      report.warning(offset, `no rule id can be read from ${quoted(text)}: ${effect}`);
    } else if (ignored.length > 0) {
      const rest = listed(
        ignored.map((part) => quoted(part, 30)),
        3,
      );
      const message = `<rule_id> is read as ${listed(own) || 'nothing'}; ignored: ${rest}`;
      const isRange = /\d\s*(?:[-\u2010-\u2015~]|\.\.+|to)\s*\d/i.test(text);
      const advice = isRange ? 'ranges are not supported: write every id' : 'write ids';
      report.warning(offset, `${message}; ${advice} with commas between them, on one line`);
    } else if (/(?:^|[ ,])0+(?:$|[ ,])/.test(text) || own.some((id) => id < 0)) {
      report.warning(offset, '<rule_id> contains a number that is not a rule id: ids begin at 1');
    }
  }
  if (isSet && ids.length === 0 && lists[0] !== undefined) {
    report.warning(lists[0].offset, 'this <rule_id> lists no rule, so nothing will be sent');
  }
  return isSet ? ids : undefined;
}

/**
 * Warns about groups that no alert can have, and when the dialect is ambiguous.
 * @param forced the dialect that a setting asks for
 */
export function checkGroup(
  { text, offset }: BlockValue,
  forced: GroupDialect | undefined,
  report: Report,
): void {
  const names = text.split(',').filter((name) => name !== '');
  const { dialect, isDoubtful } = recogniseGroup(text);
  const set = 'set group_dialect to exact or sregex in integratord.yaml';
  if ((forced ?? dialect) === 'sregex') {
    if (forced !== undefined || !isDoubtful) return;
    const message =
      'this <group> is read as a pattern of Wazuh 2, where every name ends with a comma';
    report.warning(offset, `${message}; names without one also match inside longer names; ${set}`);
    return;
  }
  if (names.length === 0) {
    const message = 'this <group> names no group, so nothing will be sent';
    report.warning(offset, `${message}; leave the option out to match all groups`);
    return;
  }
  if (text.includes('|')) {
    const right = names.map((name) => name.replaceAll('|', ',').trim()).join(',');
    const better = quoted(right.replace(/,{2,}/g, ',').replace(/^,|,$/g, ''));
    const message = '| does not separate groups (it did in Wazuh 2), so part of this never matches';
    report.warning(offset, `${message}; write ${better}${forced ? '' : `, or ${set}`}`);
    return;
  }
  if (isDoubtful && forced === undefined && /^[!^]/.test(text)) {
    const message = '! and ^ have no meaning in a list of groups, so part of this never matches';
    report.warning(offset, `${message}; ${set}`);
  }
  const padded = names.filter((name) => name !== name.trim());
  if (padded.length > 0) {
    const list = listed(padded.map((name) => quoted(name, 30)));
    const message = `whitespace is part of a group's name, so ${list} never matches`;
    report.warning(offset, `${message}; remove it around the commas`);
  }
  const compliance = names.find((name) => COMPLIANCE.test(name));
  if (compliance !== undefined) {
    const message = `alerts.json does not list ${quoted(compliance)} among an alert's groups`;
    report.warning(offset, `${message}: compliance has its own fields, so it never matches`);
  }
}

/**
 * Warns about patterns that match nothing or everything, and about hosts that are not compared.
 * @param dialect the one in force
 */
export function checkLocation(
  { text, offset }: BlockValue,
  dialect: LocationDialect | undefined,
  report: Report,
): void {
  if (dialect === 'json' && namesHost(text)) {
    const message = 'since Wazuh 3 the location of an alert contains no agent, host or address';
    const set = 'to match them as Wazuh 2 did, set location_dialect: full in integratord.yaml';
    report.warning(offset, `${message}, so part of this hardly ever matches; ${set}`);
  }
  const negated = text.startsWith('!');
  const alternatives = (negated ? text.slice(1) : text).split('|');
  if (alternatives.some((part) => part === '' || part === '^' || part === '$')) {
    const effect = negated ? 'nothing matches' : 'everything matches';
    report.warning(
      offset,
      `<event_location> has an empty alternative, which matches all: ${effect}`,
    );
  }
  if (neverFound(text)) {
    const message = '<event_location> has non-ASCII letters in a part without ^ or $';
    report.warning(offset, `${message}: Wazuh's matching never finds that part`);
  }
  if (compileSregex(text).subpatterns.some((part) => /[*+]|\\\./.test(part))) {
    const message = '<event_location> is not a regular expression: * + and \\ are literal';
    report.warning(
      offset,
      `${message}; it matches anywhere, ^ and $ anchor it, | separates alternatives`,
    );
  }
}

/** Warns about formats that are not what they seem. A built-in always uses JSON. */
export function checkFormat({ text, offset }: BlockValue, builtin: boolean, report: Report): void {
  if (text === 'json' || (text === 'text' && !builtin)) return;
  const allowed = '<alert_format> should be json';
  if (text.startsWith('json')) {
    report.warning(offset, `${allowed}; ${quoted(text)} is read as json`);
  } else if (builtin) {
    report.warning(offset, `${allowed} here: this integration uses only JSON`);
  } else {
    report.warning(offset, `${allowed}; ${quoted(text)} means the text format`);
  }
}
