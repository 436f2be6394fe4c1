import { type Command, Option } from 'commander';
import { systemClock } from '../../core/clock.ts';
import { DELIVERY_STATES, type DeliveryState } from '../../core/delivery.ts';
import type { QueueFilter, QueueSelection } from '../../outbox/queue-filter.ts';
import { duration } from '../duration.ts';
import { CommandError, EXIT } from '../exit.ts';
import { moment } from '../moment.ts';
import { wholeNumber } from '../queue-access.ts';

/** Options that say which deliveries are meant. */
export interface FilterOptions {
  readonly in?: DeliveryState;
  readonly integration?: string;
  readonly rule?: readonly string[];
  readonly agent?: string;
  readonly level?: number;
  readonly reason?: string;
  readonly alert?: string;
  readonly bundle?: number;
  /** Milliseconds since 1970. */
  readonly since?: number;
  readonly until?: number;
  /** Milliseconds. */
  readonly olderThan?: number;
}

export interface SelectionOptions extends FilterOptions {
  readonly all?: boolean;
}

/** Gives a command the options of {@link FilterOptions}. */
export function withFilter(command: Command): Command {
  const states = new Option('--in <state>', 'only deliveries in this state');
  return command
    .addOption(states.choices([...DELIVERY_STATES]))
    .option('--integration <id>', 'only this integration')
    .option('--rule <ids>', 'only alerts of this rule, or of these: 5710,5712', listOf)
    .option('--agent <agent>', 'only alerts of the agent with this name or id, such as web-*')
    .option('--level <n>', 'only alerts of this level or a higher one', wholeNumber)
    .option('--reason <reason>', 'only what failed for this reason, such as timeout')
    .option('--alert <id>', 'only the alert with this id')
    .option('--bundle <id>', 'only what is sent in this message', wholeNumber)
    .option('--since <time>', 'only alerts read since: 2h ago, or 2026-08-20T14:30', moment)
    .option('--until <time>', 'only alerts read before', moment)
    .option('--older-than <time>', 'only alerts read longer ago: 30m, 2h, 3d', duration);
}

function listOf(text: string): string[] {
  return text.split(',').map((one) => one.trim());
}

/** @param state as `--state` says it, the older way. */
export function filterOf(
  own: FilterOptions,
  state: DeliveryState | undefined,
): Omit<QueueFilter, 'limit'> {
  const { integration, agent, level, reason, alert, bundle, since, until, olderThan } = own;
  const ends = [until, olderThan === undefined ? undefined : systemClock.now() - olderThan];
  const known = ends.filter((end) => end !== undefined);
  return {
    state: own.in ?? state,
    integration,
    rules: own.rule,
    agent,
    level,
    reason,
    alert,
    bundle,
    readSince: since,
    readBefore: known.length === 0 ? undefined : Math.min(...known),
  };
}

/**
 * What `retry` or `drop` is to work on.
 * @throws CommandError when nothing says so, or ids and a filter do.
 */
export function selectionOf(
  name: string,
  ids: readonly string[],
  own: SelectionOptions,
  state: DeliveryState | undefined,
): QueueSelection {
  const filter = filterOf(own, state);
  const filtered = Object.values(filter).some((value) => value !== undefined);
  if (ids.length > 0) {
    if (filtered || own.all === true) {
      throw new CommandError(`${name}: give either ids or a filter, not both`, EXIT.wrongUsage);
    }
    return { ids: ids.map(wholeNumber) };
  }
  if (!filtered && own.all !== true) {
    throw new CommandError(
      `${name}: select deliveries by ids, by a filter such as --integration or --in, or --all`,
      EXIT.wrongUsage,
    );
  }
  return filter;
}
