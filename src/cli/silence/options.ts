import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Setup } from '../../app/setup.ts';
import { endOfDay, MOMENTS, readMoment } from '../../core/moment.ts';
import { suggestion } from '../../core/nearest.ts';
import {
  LONGEST_SILENCE_MS,
  type NewSilence,
  SILENCE_ENDINGS,
  type SilenceEnding,
} from '../../core/silence.ts';
import { duration } from '../duration.ts';
import { CommandError, EXIT } from '../exit.ts';
import { type MatcherOptions, readMatchers } from './matchers.ts';

/** The options of `silence add`, which `silence test` takes as well. */
export interface SilenceOptions extends MatcherOptions {
  readonly for?: number;
  readonly from?: string;
  readonly until?: string;
  readonly why?: string;
  readonly integration?: readonly string[];
  readonly then?: SilenceEnding;
  readonly name?: string;
  readonly by?: string;
  readonly evenCritical?: boolean;
}

/** Characters of a name, an author, and a reason. */
const [LONGEST_NAME, LONGEST_WHY] = [100, 500];

/** Gives a command the options that say what a silence is like. */
export function withSilenceOptions(command: Command): Command {
  return command
    .option('--for <time>', 'how long: 30m, 2h, 3d, up to 30d', duration)
    .option('--until <time>', `or until when: ${MOMENTS}; a date alone is inclusive`)
    .option('--from <time>', 'from when on (default: now)')
    .option('--why <text>', 'the reason, for those who miss alerts', text(LONGEST_WHY))
    .option('--only <yaml>', "which alerts, in the words of `only`: '{ agents: srv-* }'")
    .option('--when <expression>', 'which alerts, as an expression; with --only, both must match')
    .option('--integration <id>', 'for which integration; may be repeated (default: all)', collect)
    .addOption(
      new Option(
        '--then <what>',
        'after the end: one message with the number, send them, or nothing (default: summary)',
      ).choices([...SILENCE_ENDINGS]),
    )
    .option('--name <name>', 'what to call it', nameOf)
    .option('--by <name>', 'who wants it (default: the user)', text(LONGEST_NAME))
    .option('--even-critical', 'also alerts of level 15 and above');
}

function collect(value: string, earlier: readonly string[] = []): string[] {
  return [...earlier, value];
}

function text(longest: number): (value: string) => string {
  return (value) => {
    const clean = value.replace(/\s+/g, ' ').trim();
    if (clean !== '' && clean.length <= longest) return clean;
    throw new InvalidArgumentError(`It must have 1 to ${longest} characters.`);
  };
}

/** A name that cannot be taken for the number of a silence. */
function nameOf(value: string): string {
  const name = text(LONGEST_NAME)(value);
  if (!/^\d+$/.test(name)) return name;
  throw new InvalidArgumentError('It must not be a number: those are the ids of silences.');
}

/** What the options are read with. */
export interface SilenceContext {
  readonly setup: Pick<Setup, 'times'>;
  readonly now: number;
  /** Who calls the command. */
  readonly who: string;
  readonly json: boolean;
}

/**
 * The silence that the options describe.
 * @throws CommandError when something is missing or wrong.
 */
export async function readSilence(
  own: SilenceOptions,
  context: SilenceContext,
): Promise<NewSilence> {
  if (own.why === undefined) throw misuse('say with --why what it is for');
  const span = spanOf(own, context.now);
  return silenceOf({ ...own, why: own.why }, span, context);
}

/** The same for `silence test`, where it need not have an end, nor a reason. */
export async function readTrial(own: SilenceOptions, context: SilenceContext): Promise<NewSilence> {
  if (own.for !== undefined || own.until !== undefined) spanOf(own, context.now);
  const always = { from: 0, until: Number.MAX_SAFE_INTEGER };
  return silenceOf({ ...own, why: own.why ?? 'test' }, always, context);
}

async function silenceOf(
  own: SilenceOptions & { readonly why: string },
  span: Pick<NewSilence, 'from' | 'until'>,
  { setup, who, json }: SilenceContext,
): Promise<NewSilence> {
  const { only, when } = await readMatchers(own, setup.times.times, json);
  return {
    ...span,
    name: own.name,
    by: own.by ?? who,
    why: own.why,
    only,
    when,
    integrations: own.integration && [...new Set(own.integration)],
    ending: own.then ?? 'summary',
    evenCritical: own.evenCritical ?? false,
  };
}

/**
 * Makes sure that the integrations of a silence exist.
 * @throws CommandError for one that does not.
 */
export function requireKnown(
  { integrations = [] }: Pick<NewSilence, 'integrations'>,
  ids: ReadonlySet<string>,
): void {
  for (const id of integrations) {
    if (ids.has(id)) continue;
    const known = suggestion(id, [...ids]) || `; there are: ${[...ids].join(', ') || 'none'}`;
    throw wrong(`there is no integration ${JSON.stringify(id)}${known}`);
  }
}

function spanOf(own: SilenceOptions, now: number): Pick<NewSilence, 'from' | 'until'> {
  if ((own.for === undefined) === (own.until === undefined)) {
    throw misuse('say with either --for or --until how long it lasts');
  }
  const from = own.from === undefined ? now : momentOf('--from', own.from, now).ms;
  let until = from + (own.for ?? 0);
  if (own.until !== undefined) until = untilOf(own.until, Math.max(from, now));
  if (until <= Math.max(from, now)) throw wrong('it would end before it begins, or before now');
  requireShort(until - from);
  return { from, until };
}

/** @throws CommandError for more milliseconds than a silence may last. */
export function requireShort(ms: number): void {
  if (ms <= LONGEST_SILENCE_MS) return;
  throw wrong('it may last 30 days at most; what lasts longer belongs into integratord.yaml');
}

/**
 * The end that `--until` says: a date alone is inclusive.
 * @throws CommandError for what is no time.
 */
export function untilOf(written: string, after: number): number {
  const { ms, isDay } = momentOf('--until', written, after);
  return isDay ? endOfDay(ms) : ms;
}

function momentOf(option: string, written: string, after: number) {
  const moment = readMoment(written, after);
  if (moment !== undefined) return moment;
  throw misuse(`${option} must be a time such as ${MOMENTS}, and not ${JSON.stringify(written)}`);
}

function misuse(message: string): CommandError {
  return new CommandError(`silence: ${message}`, EXIT.wrongUsage);
}

function wrong(message: string): CommandError {
  return new CommandError(`silence: ${message}`, EXIT.wrongInput);
}
