import { levelRange } from '../../conditions/vocabulary/numbers.ts';
import { anyOf } from './lists.ts';

/** The highest level that Wazuh has. */
const HIGHEST = 16;

/**
 * The levels that both a filter and `only.level` let through: `level 7 to 11`; undefined for all.
 * @param least of the filter; 0 lets all through.
 * @param entries of `only.level`; undefined where it is not set.
 */
export function levelsText(
  least: number,
  entries: readonly (string | number)[] | undefined,
): string | undefined {
  const ranges = entries?.flatMap((entry) => {
    const range = levelRange(String(entry).trim());
    return typeof range === 'string' ? [] : [range];
  });
  const fits = (level: number) =>
    level >= least &&
    (ranges === undefined || ranges.some(({ from, to }) => level >= from && level <= to));
  const runs: { from: number; to: number }[] = [];
  for (let level = 0; level <= HIGHEST; level += 1) {
    if (!fits(level)) continue;
    const last = runs.at(-1);
    if (last?.to === level - 1) last.to = level;
    else runs.push({ from: level, to: level });
  }
  if (runs.length === 0) return 'no level at all';
  if (runs[0]?.from === 0 && runs[0].to === HIGHEST) return undefined;
  return `level ${anyOf(runs.map(runText))}`;
}

function runText({ from, to }: { from: number; to: number }): string {
  if (from === to) return String(from);
  if (to === HIGHEST) return `${from} and above`;
  return from === 0 ? `${to} and below` : `${from} to ${to}`;
}
