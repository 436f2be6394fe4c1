import { localTime } from '../../core/local-time.ts';
import { spanOf } from '../../core/words.ts';
import type { QueueEntry } from '../../outbox/queue.ts';
import { isoTime, printable } from '../output.ts';
import type { Style } from '../style.ts';
import { type Column, fittedTable } from '../table.ts';

/** From this level on alerts are urgent; from the other one on they are worth a look. */
const URGENT = 12;
const NOTABLE = 7;

/** How the level of an alert is coloured. */
export function levelColour(level: number, style: Style): ((text: string) => string) | undefined {
  return level >= URGENT ? style.bad : level >= NOTABLE ? style.waiting : undefined;
}

/** How the state of a delivery is coloured. */
export function stateColour(state: string, style: Style): (text: string) => string {
  if (state === 'delivered') return style.good;
  return state === 'dead' ? style.bad : style.waiting;
}

/** Deliveries as a table. @param now in milliseconds since 1970. @param width of the terminal. */
export function entryTable(
  entries: readonly QueueEntry[],
  now: number,
  style: Style,
  width: number | undefined,
): string {
  return fittedTable(columns(now, style), entries, width);
}

/** One delivery on a line, for a list that goes on. */
export function entryLine(entry: QueueEntry, style: Style): string {
  const { id, integration, state, level, rule, agent, agentId, description } = entry;
  const text = (value: string | undefined) => printable(value ?? '-');
  const why = [entry.reason ?? entry.verdict, entry.lastError].filter((one) => one !== undefined);
  const levelText = `level ${level}`;
  return [
    localTime(entry.readAt),
    `#${id}`,
    text(integration),
    stateColour(state, style)(state),
    levelColour(level, style)?.(levelText) ?? levelText,
    `rule ${text(rule)}`,
    text(agent ?? agentId),
    text(description),
    ...why.map(text),
  ].join('  ');
}

function columns(now: number, style: Style): Column<QueueEntry>[] {
  return [
    { title: 'ID', text: ({ id }) => String(id) },
    { title: 'TIME', text: ({ readAt }) => localTime(readAt), leftOut: 4 },
    { title: 'AGE', text: ({ readAt }) => spanOf(now - readAt) },
    { title: 'INTEGRATION', text: ({ integration }) => integration },
    { title: 'ALERT', text: ({ alert }) => alert ?? '-', isCut: true, leftOut: 7 },
    {
      title: 'LEVEL',
      text: ({ level }) => String(level),
      colour: ({ level }) => levelColour(level, style),
    },
    { title: 'RULE', text: ({ rule }) => rule ?? '-', isCut: true, leftOut: 1 },
    {
      title: 'DESCRIPTION',
      text: ({ description }) => description ?? '-',
      isCut: true,
      leftOut: 2,
    },
    {
      title: 'AGENT',
      text: ({ agent, agentId }) => agent ?? agentId ?? '-',
      isCut: true,
      leftOut: 3,
    },
    {
      title: 'STATE',
      text: ({ state }) => state,
      colour: ({ state }) => stateColour(state, style),
    },
    { title: 'ATTEMPTS', text: ({ attempts }) => String(attempts), leftOut: 6 },
    { title: 'REASON', text: ({ reason, verdict }) => reason ?? verdict ?? '-' },
    { title: 'NEXT', text: (entry) => nextText(entry, now), leftOut: 5 },
    { title: 'LAST ERROR', text: ({ lastError }) => lastError ?? '-', isCut: true, leftOut: 2 },
  ];
}

function nextText({ nextAttemptAt }: QueueEntry, now: number): string {
  if (nextAttemptAt === undefined) return '-';
  return nextAttemptAt <= now ? 'now' : `in ${spanOf(nextAttemptAt - now)}`;
}

/** One delivery for a program. */
export function entryJson(entry: QueueEntry) {
  return {
    id: entry.id,
    integration: entry.integration,
    alert: entry.alert ?? null,
    level: entry.level,
    rule: entry.rule ?? null,
    description: entry.description ?? null,
    agent: entry.agent ?? null,
    agent_id: entry.agentId ?? null,
    state: entry.state,
    attempts: entry.attempts,
    reason: entry.reason ?? null,
    last_error: entry.lastError ?? null,
    verdict: entry.verdict ?? null,
    verdict_by: entry.verdictBy ?? null,
    bundle: entry.bundle?.id ?? null,
    next_attempt_at: isoTime(entry.nextAttemptAt),
    read_at: isoTime(entry.readAt),
    finished_at: isoTime(entry.finishedAt),
  };
}
