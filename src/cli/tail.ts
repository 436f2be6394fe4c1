import { type Command, Option } from 'commander';
import type { LiveEvent } from '../core/live-event.ts';
import { invocation } from './common-options.ts';
import { placeToAsk, type SocketOption, socketOption } from './daemon-place.ts';
import { watchEvents } from './live/events.ts';
import type { LostEvents } from './live/read-event.ts';
import { isoTime, printable, printJson, printStyled } from './output.ts';
import { levelColour } from './queue/entry-text.ts';
import { wholeNumber } from './queue-access.ts';
import { outputStyle, type Style } from './style.ts';

const EVENTS = ['delivered', 'retry', 'dead', 'held', 'silenced', 'refused'] as const;

interface TailOptions extends SocketOption {
  readonly integration?: string;
  readonly event?: readonly string[];
  readonly rule?: string;
  readonly agent?: string;
  readonly level?: number;
}

/** `integratord tail`: deliveries and verdicts, as they happen. */
export function addTail(program: Command): void {
  program
    .command('tail')
    .description('show deliveries and verdicts as they happen')
    .option('--integration <id>', 'only this integration')
    .addOption(new Option('--event <event...>', 'only these').choices([...EVENTS]))
    .option('--rule <id>', 'only alerts of this rule')
    .option('--agent <name>', 'only alerts of this agent')
    .option('--level <n>', 'only alerts of this level or a higher one', wholeNumber)
    .addOption(socketOption())
    .addHelpText('after', HELP)
    .action(async (own: TailOptions, command: Command) => {
      const called = invocation(command);
      const { json } = called;
      const place = placeToAsk(own, called);
      const style = outputStyle();
      // One after the other, whatever the terminal takes its time for.
      let printed = Promise.resolve();
      await watchEvents(place, (event) => {
        if (event.event !== 'lost' && !fits(event, own)) return;
        printed = printed.then(() => {
          return json ? printJson(withTime(event)) : printStyled(`${lineOf(event, style)}\n`);
        });
      });
    });
}

const HELP = `
delivered, retry, dead: what came of an attempt. held, silenced: stored, and held back by a rule or a silence.
refused: passed the filters of an integration, and a condition left it out. Nothing that happened before is shown
(\`queue list --follow\` does). A reader that is too slow loses lines, and is told how many.`;

function fits(event: LiveEvent, own: TailOptions): boolean {
  return (
    (own.integration === undefined || event.integration === own.integration) &&
    (own.event === undefined || own.event.includes(event.event)) &&
    (own.rule === undefined || event.rule === own.rule) &&
    (own.agent === undefined || event.agent === own.agent) &&
    (own.level === undefined || (event.level ?? 0) >= own.level)
  );
}

function withTime(event: LiveEvent | LostEvents) {
  return event.event === 'lost' ? event : { ...event, at: isoTime(event.at) };
}

function lineOf(event: LiveEvent | LostEvents, style: Style): string {
  if (event.event === 'lost')
    return style.bad(`${event.count} lines were lost: they came too fast`);
  const { at, integration, alert, alerts, level, rule, agent, verdict, reason, message } = event;
  const time = new Date(at);
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
  const colour = { delivered: style.good, dead: style.bad }[event.event as 'delivered' | 'dead'];
  const levelText = level === undefined ? undefined : `level ${level}`;
  const parts = [
    clock,
    (colour ?? style.waiting)(event.event.padEnd(9)),
    printable(integration),
    alerts === undefined ? printable(alert ?? '-') : `${alerts} alerts`,
    levelText && (levelColour(level ?? 0, style)?.(levelText) ?? levelText),
    rule && `rule ${printable(rule)}`,
    agent && printable(agent),
    verdict && `by ${printable(verdict)}`,
    event.status === undefined ? undefined : String(event.status),
    event.duration_ms === undefined ? undefined : `${event.duration_ms} ms`,
    reason && printable(reason),
    event.event === 'delivered' ? undefined : message && printable(message),
  ];
  return parts.filter((part) => part !== undefined && part !== '').join('  ');
}
