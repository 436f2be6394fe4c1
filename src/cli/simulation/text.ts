import { printable } from '../../core/printable.ts';
import type { Busy } from '../../simulation/busiest.ts';
import type {
  ExampleAlert,
  Examples,
  IntegrationResult,
  SimulationResult,
} from '../../simulation/result.ts';
import { columnText, hoursOf, inColumns } from '../../simulation/views/hours.ts';
import { number, peakText, quotaText } from '../../simulation/views/words.ts';
import { isoTime, table } from '../output.ts';
import { exampleCells } from './example-cells.ts';

const BARS = '▁▂▃▄▅▆▇█';
const NARROWEST = 40;
/** What stands before a chart, and to its right. */
const MARGIN = 11;
const FEW = 3;
const MOST_IDS = 10;

/** A result for a terminal that is so many characters wide. Nothing in it can steer the terminal. */
export function resultText(result: SimulationResult, given: number): string {
  const width = Math.max(given, NARROWEST);
  const { alerts, from, to, unreadable, passes, integrations, unreached } = result;
  const span = from === undefined ? '' : `, ${isoTime(from)} to ${isoTime(to)}`;
  const lines = [`${number(alerts)} alerts${span}`];
  if (unreadable > 0) lines.push(`${number(unreadable)} records are not alerts`);
  if (passes > 1) lines.push(`not in the order of their times: read ${passes} times to sort them`);
  for (const one of integrations) lines.push('', ...integrationLines(one, result, width));
  lines.push(...exampleLines('now sent', result.newlySent));
  lines.push(...exampleLines('no longer sent', result.noLongerSent));
  if (unreached.count > 0) {
    const ids = unreached.some.slice(0, MOST_IDS).map(({ id }) => id ?? 'without id');
    const more =
      unreached.count > ids.length ? `, and ${number(unreached.count - ids.length)} more` : '';
    lines.push('', `${number(unreached.count)} alerts of level 12 and above would reach nobody:`);
    lines.push(`  ${ids.join(', ')}${more}`);
  }
  return lines.map((line) => `${cut(printable(line), width)}\n`).join('');
}

function integrationLines(
  one: IntegrationResult,
  result: SimulationResult,
  width: number,
): string[] {
  const { id, before, after, verdicts, rules, agents, keys } = one;
  const lines = [`${id}: ${number(before)} → ${number(after)} messages`];
  const hours = hoursOf(result, width - MARGIN);
  const [were, are] = [inColumns(one.hoursBefore, hours), inColumns(one.hoursAfter, hours)];
  const most = Math.max(1, ...were, ...are);
  const isSame = were.join() === are.join();
  if (!isSame) lines.push(`  before   ${sparkline(were, most)}`);
  if (hours.columns > 0) {
    lines.push(`  ${isSame ? '      ' : 'after '}   ${sparkline(are, most)}`);
    lines.push(`           ${columnText(hours)}, at most ${number(most)}`);
  }
  lines.push(`  peak     ${peakText(one)}`);
  if (one.quota !== undefined) lines.push(`  quota    ${quotaText(one.quota)}`);
  const counts = Object.entries(verdicts).sort(([, a], [, b]) => b - a);
  if (counts.length > 0) {
    lines.push(
      `  alerts   ${counts.map(([name, count]) => `${name} ${number(count)}`).join(', ')}`,
    );
  }
  const named = rules.map(({ name, description, count }) => {
    return { name: description === undefined ? name : `${name} ${description}`, count };
  });
  lines.push(...busyLines('rules', named), ...busyLines('agents', agents));
  lines.push(...busyLines('keys', keys));
  return lines;
}

function busyLines(what: string, busy: readonly Busy[]): string[] {
  if (busy.length === 0) return [];
  return busy.slice(0, FEW).map(({ name, count }, at) => {
    return `  ${(at === 0 ? what : '').padEnd(8)} ${number(count).padStart(7)}  ${name}`;
  });
}

function exampleLines(what: string, { some, count }: Examples<ExampleAlert>): string[] {
  if (count === 0) return [];
  const rows = some.map(exampleCells);
  const text = table([['', 'TIME', 'ALERT', 'LEVEL', 'RULE', 'AGENT', ''], ...rows]);
  const head = `${what}: ${number(count)}${count > some.length ? ', such as' : ''}`;
  return [
    '',
    head,
    ...text
      .trimEnd()
      .split('\n')
      .map((line) => `  ${line}`),
  ];
}

/** A character for each number, as high as it is. */
export function sparkline(numbers: readonly number[], most: number): string {
  return numbers
    .map((one) => (one === 0 ? ' ' : (BARS[Math.ceil((one / most) * BARS.length) - 1] ?? '█')))
    .join('');
}

/** Characters that take two places on a terminal. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** As much of it as fits into so many places. */
function cut(line: string, width: number): string {
  const characters = Array.from(line);
  let used = 0;
  for (const [at, character] of characters.entries()) {
    const places = WIDE.test(character) ? 2 : 1;
    if (used + places > width) {
      // One place for the sign that something is missing.
      const kept = characters.slice(0, used === width ? at - 1 : at);
      return `${kept.join('')}…`;
    }
    used += places;
  }
  return line;
}
