import type { Command } from 'commander';
import { sleep, systemClock } from '../core/clock.ts';
import type { LaneReport } from '../core/status.ts';
import { spanOf } from '../core/words.ts';
import { invocation } from './common-options.ts';
import { type DaemonPlace, placeToAsk, type SocketOption, socketOption } from './daemon-place.ts';
import { CommandError, EXIT } from './exit.ts';
import { watchEvents } from './live/events.ts';
import { type LaneTally, noTally, Tally } from './live/tally.ts';
import { isoTime, printJson, printStyled } from './output.ts';
import { gather } from './status/gather.ts';
import { outputStyle, type Style } from './style.ts';
import { type Column, fittedTable, terminalWidth } from './table.ts';

const SPAN_MS = 2000;
const RULES = 10;
/** Moves to the first line, and clears what follows. */
const CLEAR = '\u001b[H\u001b[J';

/** `integratord top`: lanes and the busiest rules, live. */
export function addTop(program: Command): void {
  program
    .command('top')
    .description('show what each integration is doing and the busiest rules, every two seconds')
    .addOption(socketOption())
    .action(async (own: SocketOption, command: Command) => {
      const called = invocation(command);
      const place = placeToAsk(own, called);
      const tally = new Tally();
      const watching = watchEvents(place, (event) => {
        if (event.event !== 'lost') tally.add(event);
      });
      await Promise.race([watching, show(place, tally, called.json)]);
    });
}

/** A lane, with what happened in it within the last span. */
interface Shown {
  readonly report: LaneReport;
  readonly tally: LaneTally;
}

async function show(place: DaemonPlace, tally: Tally, json: boolean): Promise<never> {
  const style = outputStyle();
  let began = systemClock.monotonic();
  for (;;) {
    await sleep(systemClock, SPAN_MS);
    const gathered = await gather(place);
    const ended = systemClock.monotonic();
    const seconds = (ended - began) / 1000;
    began = ended;
    if (gathered.kind !== 'running') throw new CommandError('the daemon has ended', EXIT.failed);
    const lanes = tally.takeLanes();
    const shown = gathered.report.integrations.map((report) => ({
      report,
      tally: lanes.get(report.id) ?? noTally(),
    }));
    const rules = tally.busiest(RULES);
    if (json) await printJson(snapshot(shown, rules, seconds, gathered.report.now));
    else {
      if (process.stdout.isTTY) process.stdout.write(CLEAR);
      await printStyled(text(shown, rules, seconds, gathered.report.now, style));
    }
  }
}

function snapshot(
  shown: readonly Shown[],
  rules: ReturnType<Tally['busiest']>,
  seconds: number,
  now: number,
) {
  return {
    at: isoTime(now),
    seconds: Number(seconds.toFixed(3)),
    integrations: shown.map(({ report, tally }) => ({
      id: report.id,
      state: report.state,
      pending: report.pending,
      dead: report.dead,
      delivered: tally.delivered,
      failed: tally.failed,
      held: tally.held,
      duration_ms: tally.attempts === 0 ? null : Math.round(tally.durationMs / tally.attempts),
    })),
    rules: rules.map(([rule, events]) => ({ rule, events })),
  };
}

function text(
  shown: readonly Shown[],
  rules: ReturnType<Tally['busiest']>,
  seconds: number,
  now: number,
  style: Style,
): string {
  const perSecond = (count: number) => (count / seconds).toFixed(1);
  const columns: Column<Shown>[] = [
    { title: 'INTEGRATION', text: ({ report }) => report.id },
    {
      title: 'STATE',
      text: ({ report }) => report.state.replaceAll('_', ' '),
      colour: ({ report }) => (report.state === 'working' ? style.good : style.waiting),
    },
    { title: 'SENT/S', text: ({ tally }) => perSecond(tally.delivered) },
    {
      title: 'FAILED/S',
      text: ({ tally }) => perSecond(tally.failed),
      colour: ({ tally }) => (tally.failed > 0 ? style.bad : undefined),
    },
    { title: 'HELD/S', text: ({ tally }) => perSecond(tally.held), leftOut: 2 },
    {
      title: 'TAKES',
      text: ({ tally }) =>
        tally.attempts === 0 ? '-' : `${Math.round(tally.durationMs / tally.attempts)} ms`,
    },
    { title: 'WAITING', text: ({ report }) => String(report.pending) },
    { title: 'DEAD', text: ({ report }) => String(report.dead) },
    {
      title: 'OLDEST',
      text: ({ report }) =>
        report.oldestReadAt === undefined ? '-' : spanOf(now - report.oldestReadAt),
      leftOut: 1,
    },
  ];
  const busiest = shown.toSorted((a, b) => b.tally.attempts - a.tally.attempts);
  const lanes = fittedTable(columns, busiest, terminalWidth());
  if (rules.length === 0) return lanes;
  type Rule = (typeof rules)[number];
  const ruleColumns: Column<Rule>[] = [
    { title: 'RULE', text: ([rule]) => rule, isCut: true },
    { title: 'EVENTS SINCE THE START', text: ([, count]) => String(count) },
  ];
  return `${lanes}\n${fittedTable(ruleColumns, rules, terminalWidth())}`;
}
