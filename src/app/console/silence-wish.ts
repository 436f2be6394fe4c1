import type { SilenceWish } from '../../console/silence-data.ts';
import { LONGEST_SILENCE_MS, type NewSilence } from '../../core/silence.ts';
import { compileSilence } from '../../silences/silence.ts';
import type { Setup } from '../setup.ts';

/** The silence that a person asks for. @param from milliseconds since 1970. */
export function silenceOf(wish: SilenceWish, by: string, from: number): NewSilence {
  return { ...wish, name: undefined, from, by };
}

/** What speaks against a silence, in words. */
export function problemsOf(silence: NewSilence, { times }: Pick<Setup, 'times'>): string[] {
  const rest = { id: 0, key: '', endedAt: undefined, isRecurring: false } as const;
  const record = { ...silence, ...rest, told: new Set<never>(), held: new Map<string, number>() };
  const { from, until } = silence;
  return [
    ...compileSilence(record, { times: times.times }).problems.map(
      ({ path, message }) => `${path.join('.')}: ${message}`,
    ),
    ...(until > from ? [] : ['it would end before it begins']),
    ...(until - from <= LONGEST_SILENCE_MS ? [] : ['it may last 30 days at most']),
  ];
}
