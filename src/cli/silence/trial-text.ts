import type { JsonObject } from '../../alert/json.ts';
import { localTime } from '../../core/local-time.ts';
import type { HistoryProblem } from '../../sources/file/history.ts';
import { brief, isoTime, table } from '../output.ts';
import type { Busiest, TrialResult } from './trial.ts';

/** With the time that was looked at, and what of it could not be read. */
export interface TrialReport extends TrialResult {
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly until: number;
  readonly problems: readonly HistoryProblem[];
}

export function trialJson(report: TrialReport): JsonObject {
  const { integrations, rules, agents, examples, problems } = report;
  return {
    since: isoTime(report.since),
    until: isoTime(report.until),
    alerts: report.alerts,
    held: report.held,
    integrations: Object.fromEntries(integrations),
    highest_level: report.highestLevel ?? null,
    rules: rules.map(({ name, description, count }) => {
      return { id: name, description: description ?? null, count };
    }),
    agents: agents.map(({ name, count }) => ({ name, count })),
    examples: examples.map((example) => ({
      id: example.id ?? null,
      timestamp: example.timestamp ?? null,
      level: example.level,
      rule: example.rule ?? null,
      description: example.description ?? null,
      agent: example.agent ?? null,
      integrations: [...example.integrations],
    })),
    problems: problems.map(({ path, message }) => ({ path, message })),
  };
}

export function trialText(report: TrialReport): string {
  const { alerts, held, integrations, highestLevel, rules, agents, examples } = report;
  const since = `Since ${localTime(report.since)}, ${alerts} alerts were written.`;
  if (held === 0) return `${since} It would have held back none of them.\n`;
  const rows = [...integrations].map(([id, count]) => [id, String(count)]);
  return [
    `${since} It would have held back ${held} of them; the highest level is ${highestLevel}.\n`,
    table([['INTEGRATION', 'HELD'], ...rows]),
    busiestText('RULE', rules),
    busiestText('AGENT', agents),
    table([
      ['LEVEL', 'TIME', 'ALERT', 'RULE', 'AGENT', 'DESCRIPTION'],
      ...examples.map((example) => [
        String(example.level),
        example.timestamp ?? '-',
        example.id ?? '-',
        example.rule ?? '-',
        brief(example.agent ?? '-'),
        brief(example.description ?? '-'),
      ]),
    ]),
  ].join('\n');
}

function busiestText(what: string, busiest: readonly Busiest[]): string {
  const rows = busiest.map(({ name, count, description }) => {
    return [String(count), name === '' ? '-' : brief(name), brief(description ?? '')];
  });
  return table([['HELD', what, ''], ...rows]);
}
