import { createHash } from 'node:crypto';
import { HOUR_MS } from '../../core/durations.ts';
import { printable } from '../../core/printable.ts';
import type { Busy } from '../../simulation/busiest.ts';
import type {
  ExampleAlert,
  Examples,
  IntegrationResult,
  SimulationResult,
} from '../../simulation/result.ts';
import { chart } from '../../simulation/views/chart.ts';
import { columnText, hoursOf, inColumns } from '../../simulation/views/hours.ts';
import { number, peakText, quotaText } from '../../simulation/views/words.ts';
import { brief, isoTime } from '../output.ts';
import { exampleCells } from './example-cells.ts';

const MOST_COLUMNS = 360;

const STYLE = `
:root { color-scheme: light dark; --ink: #1d2330; --dim: #667085; --line: #d5dae3; --paper: #fff;
  --before: #c6cedd; --after: #2f6fde; --bad: #b42318; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ef; --dim: #98a2b3; --line: #3a4252;
  --paper: #14181f; --before: #465066; --after: #6ea0ff; --bad: #ff8a7a; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 2.5rem; }
p.dim, caption, th { color: var(--dim); } .bad { color: var(--bad); }
svg { width: 100%; height: auto; } svg text { font-size: 11px; fill: var(--dim); }
.before { fill: var(--before); } .after { fill: var(--after); } .axis { stroke: var(--line); }
table { border-collapse: collapse; margin: 1rem 0; width: 100%; }
caption { text-align: left; } th, td { text-align: left; padding: .15rem .6rem .15rem 0;
  border-bottom: 1px solid var(--line); overflow-wrap: anywhere; vertical-align: top; }
td.n, th.n { text-align: right; white-space: nowrap; width: 6rem; }
`;

/**
 * A result as one page that needs nothing else: no script, no font, no image. It may load nothing, and
 * what alerts say is only text in it.
 */
export function resultHtml(result: SimulationResult): string {
  const { alerts, from, to, integrations, unreadable, unreached } = result;
  const hash = createHash('sha256').update(STYLE).digest('base64');
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
  const span = from === undefined ? '' : `, ${isoTime(from)} to ${isoTime(to)}`;
  const parts = [
    `<h1>What the configuration would send</h1>`,
    `<p class="dim">${number(alerts)} alerts${span}${unreadable > 0 ? `; ${number(unreadable)} records are not alerts` : ''}</p>`,
    ...integrations.map((one) => section(one, result)),
    examples('Now sent', result.newlySent),
    examples('No longer sent', result.noLongerSent),
  ];
  if (unreached.count > 0) {
    const rows = unreached.some.map(({ id, time, level, rule }) => [
      isoTime(time) ?? '',
      id ?? 'without id',
      String(level),
      rule ?? '-',
    ]);
    const title = `${number(unreached.count)} alerts of level 12 and above would reach nobody`;
    parts.push(`<h2 class="bad">${title}</h2>`, tableOf(['Time', 'Alert', 'Level', 'Rule'], rows));
  }
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>integratord simulate</title><style>${STYLE}</style></head><body>
${parts.filter((part) => part !== '').join('\n')}
</body></html>
`;
}

function section(one: IntegrationResult, result: SimulationResult): string {
  const { id, before, after, verdicts, quota, rules, agents, keys } = one;
  const hours = hoursOf(result, MOST_COLUMNS);
  const end = (hours.first + hours.columns * hours.perColumn) * HOUR_MS;
  const plot = chart({
    before: inColumns(one.hoursBefore, hours),
    after: inColumns(one.hoursAfter, hours),
    from: text(isoTime(hours.first * HOUR_MS) ?? ''),
    to: text(isoTime(end) ?? ''),
    title: text(`${columnText(hours)} to ${id}`),
  });
  const counts = Object.entries(verdicts)
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => ({ name, count }));
  const named = rules.map(({ name, description, count }) => {
    return { name: description === undefined ? name : `${name} ${description}`, count };
  });
  return [
    `<h2>${text(id)}: ${number(before)} → ${number(after)} messages</h2>`,
    hours.columns === 0 ? '' : plot,
    `<p class="dim">${columnText(hours)}; before in grey. Peak: ${text(peakText(one))}.</p>`,
    quota === undefined ? '' : `<p class="dim">Quota: ${text(quotaText(quota))}.</p>`,
    busy('What became of its alerts', counts),
    busy('Busiest rules', named),
    busy('Busiest agents', agents),
    busy('Busiest keys', keys),
  ]
    .filter((part) => part !== '')
    .join('\n');
}

function busy(title: string, rows: readonly Busy[]): string {
  if (rows.length === 0) return '';
  const lines = rows.map(({ name, count }) => {
    return `<tr><td class="n">${number(count)}</td><td>${text(name)}</td></tr>`;
  });
  return `<table><caption>${title}</caption>${lines.join('')}</table>`;
}

function examples(title: string, { some, count }: Examples<ExampleAlert>): string {
  if (count === 0) return '';
  const head = ['Integration', 'Time', 'Alert', 'Level', 'Rule', 'Agent', 'Description'];
  const rows = some.map(exampleCells);
  return `<h2>${title}: ${number(count)}</h2>${tableOf(head, rows)}`;
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[], tag: string) =>
    `<tr>${cells.map((cell) => `<${tag}>${text(cell)}</${tag}>`).join('')}</tr>`;
  return `<table>${line(head, 'th')}${rows.map((row) => line(row, 'td')).join('')}</table>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text from anywhere, as text in HTML or in an attribute. */
function text(any: string): string {
  return printable(brief(any)).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
