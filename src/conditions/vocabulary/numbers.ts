import type { Report } from '../../core/problem-report.ts';
import { type Check, leaf } from '../check.ts';
import type { Range } from '../hints.ts';
import { shown } from '../values.ts';

export type Entry = string | number;

/** The highest level that Wazuh has. */
const HIGHEST_LEVEL = 16;
const HIGHEST_RULE = 999_999_999;

/** `level`: numbers, ranges and bounds, of which one must fit. */
export function levelCheck(entries: readonly Entry[], report: (at: number) => Report): Check {
  const ranges = entries.flatMap((entry, at) => {
    const range = levelRange(String(entry).trim());
    if (typeof range === 'object') return [range];
    report(at).error(range);
    return [];
  });
  return leaf({
    text: 'level',
    passes: ({ source }) => {
      const { level } = source.facts;
      return level !== undefined && ranges.some(({ from, to }) => level >= from && level <= to);
    },
    found: ({ source }) => shown(source.facts.level),
    wanted: entries.join(', '),
    hints: {
      levels: {
        from: Math.min(...ranges.map(({ from }) => from)),
        to: Math.max(...ranges.map(({ to }) => to)),
      },
    },
  });
}

/** The levels that `7`, `7-11` or `>= 7` means; a text says what is wrong with it. */
export function levelRange(text: string): Range | string {
  const [, sign, bound] = /^(>=|<=|>|<)\s*(\d{1,2})$/.exec(text) ?? [];
  const level = Number(bound);
  const range = sign === undefined ? rangeOf(text) : bounded(sign, level);
  if (range === undefined) return `must be a level such as 7, "7-11" or ">= 7"`;
  if (range.from > range.to || (sign === undefined && range.to > HIGHEST_LEVEL)) {
    return `no alert has such a level: levels go from 0 to ${HIGHEST_LEVEL}`;
  }
  return range;
}

/** The reference takes any number for a level; such an alert is above every bound. */
const HIGHEST = 2 ** 31;

function bounded(sign: string, level: number): Range {
  switch (sign) {
    case '>=':
      return { from: level, to: level > HIGHEST_LEVEL ? -1 : HIGHEST };
    case '>':
      return { from: level + 1, to: level >= HIGHEST_LEVEL ? -1 : HIGHEST };
    case '<':
      return { from: level === 0 ? 1 : 0, to: level - 1 };
    default:
      return { from: 0, to: level };
  }
}

/** `7` or `7-11`. */
function rangeOf(text: string): Range | undefined {
  const [, from, to = from] = /^(\d{1,9})(?:\s*-\s*(\d{1,9}))?$/.exec(text) ?? [];
  return from === undefined ? undefined : { from: Number(from), to: Number(to) };
}

/** `rules`: ids and ranges of ids. */
export function rulesCheck(entries: readonly Entry[], report: (at: number) => Report): Check {
  const ranges = entries.flatMap((entry, at) => {
    const range = rangeOf(String(entry).trim());
    if (range !== undefined && range.from <= range.to && range.to <= HIGHEST_RULE) return [range];
    report(at).error('must be the id of a rule, such as 5710, or a range such as "5700-5719"');
    return [];
  });
  const ids = new Set(ranges.filter(({ from, to }) => from === to).map(({ from }) => from));
  const wide = ranges.filter(({ from, to }) => from < to);
  return leaf({
    text: 'rules',
    passes: ({ source }) => {
      const { ruleId } = source.facts;
      if (ruleId === undefined || !/^\d{1,15}$/.test(ruleId)) return false;
      const id = Number(ruleId);
      return ids.has(id) || wide.some(({ from, to }) => id >= from && id <= to);
    },
    found: ({ source }) => shown(source.facts.ruleId),
    wanted: entries.join(', '),
    hints: { ruleIds: ranges },
  });
}
