import type { ConsoleActions, SilenceWish } from '../../console/data.ts';
import type { Reader } from '../../console/reader/client.ts';
import type { Clock } from '../../core/clock.ts';
import { formatDiagnostic } from '../../core/diagnostic.ts';
import type { NewSilence } from '../../core/silence.ts';
import { compileSilence } from '../../silences/silence.ts';
import type { Reloading } from '../reloading.ts';
import type { Setup } from '../setup.ts';
import type { Apply } from './writer.ts';

export interface ActionParts {
  readonly apply: Apply;
  readonly reader: Pick<Reader, 'ask'>;
  readonly setup: () => Setup;
  readonly reloading: () => Pick<Reloading, 'reload'>;
  readonly clock: Clock;
}

/** What people can do in the console. */
export function consoleActions(parts: ActionParts): ConsoleActions {
  const { apply, reader, setup, reloading, clock } = parts;
  return {
    count: (target, action) => reader.ask('count', target, action),
    retry: (target, who) => apply({ kind: 'retry', target }, who),
    drop: (target, who) => apply({ kind: 'drop', target }, who),
    pause: (integration, isPaused, who) => apply({ kind: 'pause', integration, isPaused }, who),
    async addSilence(wish, who) {
      const silence = silenceOf(wish, who, clock.now());
      const problems = problemsOf(silence, setup());
      if (problems.length > 0) return { ok: false, text: 'This is no silence.', details: problems };
      return apply({ kind: 'silence add', silence }, who);
    },
    endSilence: (id, who) => apply({ kind: 'silence end', id }, who),
    async reload(who) {
      const { accepted, waits, diagnostics } = reloading().reload();
      await apply({ kind: 'reload', detail: { accepted, waits } }, who);
      return {
        ok: accepted || waits,
        text: accepted
          ? 'The configuration was read again, and is in force.'
          : waits
            ? 'The configuration was read again, and takes effect as soon as the outbox can be used.'
            : 'The configuration was refused: the one before stays in force.',
        details: diagnostics.map(formatDiagnostic),
      };
    },
  };
}

function silenceOf({ only, until, why, integrations }: SilenceWish, by: string, from: number) {
  const silence: NewSilence = {
    name: undefined,
    from,
    until,
    by,
    why,
    only,
    when: undefined,
    integrations,
    ending: 'summary',
    evenCritical: false,
  };
  return silence;
}

function problemsOf(silence: NewSilence, { times }: Setup): string[] {
  const rest = { id: 0, key: '', endedAt: undefined, isRecurring: false } as const;
  const record = { ...silence, ...rest, told: new Set<never>(), held: new Map<string, number>() };
  return compileSilence(record, { times: times.times }).problems.map(
    ({ path, message }) => `${path.join('.')}: ${message}`,
  );
}
