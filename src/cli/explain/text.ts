import { type Alert } from '../../alert/alert.ts';
import type { JsonValue } from '../../alert/json.ts';
import { alertOf } from '../../alert/large-alert.ts';
import { writtenAt } from '../../alert/written-at.ts';
import { HELD_VERDICTS } from '../../core/grouping.ts';
import type { ChainStep, SubStep } from '../../routing/stage.ts';
import { brief, isoTime, printable } from '../output.ts';
import type { Style } from '../style.ts';
import { deliveryLines } from './delivery-text.ts';
import type { ExplainedIntegration, Explanation } from './explanation.ts';
import type { HeldStep } from './held.ts';

const LONGEST_FOUND = 60;
const LONGEST_WANTED = 100;

/** An explanation for people. Nothing of the alert in it can steer the terminal. */
export function explanationText(explanation: Explanation, style: Style): string {
  const { integrations } = explanation;
  const none = integrations.length === 0 ? ['', 'no integration is configured'] : [];
  const lines = [
    ...headLines(explanation, style),
    ...none,
    ...integrations.flatMap((one) => ['', ...integrationLines(one, style)]),
  ];
  return `${lines.join('\n')}\n`;
}

function headLines(explanation: Explanation, style: Style): string[] {
  const { alert, foundIn, path, readAt, config, configSince, configNote } = explanation;
  const whole = alertOf(alert.raw);
  const id = alert.facts.id ?? 'without id';
  const facts = [
    isoTime(writtenAt(alert.raw)),
    `level ${alert.facts.level ?? '-'}`,
    `rule ${alert.facts.ruleId ?? '-'}`,
    `agent ${brief(agentOf(whole))}`,
  ].filter((fact) => fact !== null);
  const place = { outbox: 'the outbox', file: path, archive: path, input: 'the input' }[foundIn];
  const read = readAt === undefined ? '' : `, read ${isoTime(readAt)}`;
  const since = isoTime(configSince);
  const decided =
    config === 'then'
      ? `decided by the configuration then, of ${since}`
      : `decided by the present configuration${configNote === undefined ? '' : `: ${configNote}`}`;
  return [
    `${style.strong(`alert ${printable(id)}`)}  ${facts.map(printable).join('  ')}`,
    `  ${printable(brief(whole.textAt('rule', 'description') ?? '-'))}`,
    style.quiet(`  found in ${printable(place ?? '-')}${read}; ${decided}`),
  ];
}

function agentOf(alert: Alert): string {
  const [name, id] = [alert.textAt('agent', 'name'), alert.textAt('agent', 'id')];
  return name === undefined ? (id ?? '-') : id === undefined ? name : `${name} (${id})`;
}

function integrationLines(integration: ExplainedIntegration, style: Style): string[] {
  const { id, verdict, by, chain, deliveries } = integration;
  const isSent = verdict === 'send';
  const isHeld = (HELD_VERDICTS as readonly string[]).includes(verdict);
  const colour = isSent ? style.good : isHeld ? style.waiting : style.bad;
  const said = colour(printable(by ?? verdict));
  const sign = isHeld ? style.waiting('•') : mark(isSent, style);
  const last = chain.at(-1);
  const why = isSent || last?.why === undefined ? '' : `  ${printable(last.why)}`;
  const notes = notesOf(integration);
  return [
    `${sign} ${style.strong(printable(id))}  ${said}${why}`,
    ...stepLines(chain.flatMap(rowsOf), style),
    ...notes.map((note) => `    ${style.waiting(printable(note))}`),
    ...deliveries.flatMap((delivery) => deliveryLines(delivery, style)),
  ];
}

/** The questions that were asked, a line each. */
export function chainText(chain: readonly (ChainStep | HeldStep)[], style: Style): string {
  return stepLines(chain.flatMap(rowsOf), style).join('\n');
}

function notesOf(integration: ExplainedIntegration): string[] {
  const { verdict, now, isNew, cannotRun, mayHold, deliveries } = integration;
  const isSent = verdict === 'send';
  const notes: string[] = [];
  if (isNew) notes.push('it was not configured then: this is what would be decided now');
  if (now === null) notes.push('it is not configured any more');
  else if (now !== undefined) {
    const would = now.verdict === 'send' ? 'sent' : `refused by ${now.by ?? now.verdict}`;
    notes.push(`now it would be ${would}`);
  }
  if (cannotRun !== undefined) notes.push(`it cannot run: ${cannotRun}`);
  const wasHeld = deliveries.some(({ held }) => held !== undefined);
  if (!isSent && !wasHeld && deliveries.length > 0) {
    notes.push('it was stored all the same: other settings held, or an enrichment passed it on');
  }
  if (isSent && !isNew && deliveries.length === 0) {
    notes.push('the outbox has no delivery: not read yet, removed since, or never stored');
    if (mayHold)
      notes.push('at, storm, throttle and digest decide as it is read: they were not asked');
  }
  return notes;
}

/** A line of a chain. */
interface Row {
  readonly pass: boolean;
  readonly name: string;
  readonly found: string;
  readonly wanted: string;
}

function rowsOf(step: ChainStep | HeldStep): Row[] {
  const { stage, by = stage, pass, found, wanted, why, children = [] } = step;
  const isBare = found === undefined && wanted === undefined && why !== undefined;
  const row = {
    pass,
    name: by,
    found: isBare ? brief(why, LONGEST_WANTED) : shown(found),
    wanted: brief(wanted ?? '', LONGEST_WANTED),
  };
  return [row, ...children.flatMap((child) => subRows(child, 1))];
}

function subRows({ text, pass, found, wanted, children = [] }: SubStep, depth: number): Row[] {
  const name = `${'  '.repeat(depth)}${brief(text, LONGEST_FOUND)}`;
  const isSaid = wanted === undefined || text.includes(wanted);
  const row = {
    pass,
    name,
    found: shown(found),
    wanted: isSaid ? '' : brief(wanted, LONGEST_WANTED),
  };
  return [row, ...children.flatMap((child) => subRows(child, depth + 1))];
}

/** The rows with what was found and what was wanted below each other. */
function stepLines(rows: readonly Row[], style: Style): string[] {
  const clean = rows.map((row) => ({
    ...row,
    name: printable(row.name),
    found: printable(row.found),
    wanted: printable(row.wanted),
  }));
  const width = (column: 'name' | 'found') => {
    return Math.max(0, ...clean.map((row) => row[column].length));
  };
  const [names, founds] = [width('name'), width('found')];
  return clean.map(({ pass, name, found, wanted }) => {
    const asked = wanted === '' ? '' : `${style.quiet('wanted')} ${wanted}`;
    const cells = [name.padEnd(names), found.padEnd(founds), asked].join('  ').trimEnd();
    return `    ${mark(pass, style)} ${cells}`;
  });
}

function mark(isGood: boolean, style: Style): string {
  return isGood ? style.good('✓') : style.bad('✗');
}

function shown(found: JsonValue | undefined): string {
  if (found === undefined) return '';
  if (found === null) return 'absent';
  if (Array.isArray(found)) return brief(found.map(shown).join(', ') || 'none', LONGEST_FOUND);
  return brief(typeof found === 'string' ? found : JSON.stringify(found), LONGEST_FOUND);
}
