import type { ConsoleActions } from '../../console/data.ts';
import type { Reader } from '../../console/reader/client.ts';
import type { Clock } from '../../core/clock.ts';
import { formatDiagnostic } from '../../core/diagnostic.ts';
import { LONGEST_SILENCE_MS } from '../../core/silence.ts';
import type { Reloading } from '../reloading.ts';
import type { Setup } from '../setup.ts';
import { problemsOf, silenceOf } from './silence-wish.ts';
import type { TrySilence } from './trials.ts';
import type { Apply } from './writer.ts';

export interface ActionParts {
  readonly apply: Apply;
  readonly reader: Pick<Reader, 'ask'>;
  readonly trySilence: TrySilence;
  readonly setup: () => Setup;
  readonly reloading: () => Pick<Reloading, 'reload'>;
  readonly clock: Clock;
}

/** What people can do in the console. */
export function consoleActions(parts: ActionParts): ConsoleActions {
  const { apply, reader, trySilence, setup, reloading, clock } = parts;
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
    async trySilence(wish, who) {
      const silence = silenceOf(wish, who, clock.now());
      const problems = problemsOf(silence, setup());
      return { problems, trial: problems.length > 0 ? undefined : await trySilence(silence) };
    },
    extendSilence(id, until, who) {
      const isLong = until - clock.now() > LONGEST_SILENCE_MS;
      const text = 'It may last 30 days at most; what lasts longer belongs into integratord.yaml.';
      return isLong
        ? Promise.resolve({ ok: false, text })
        : apply({ kind: 'silence extend', id, until }, who);
    },
    endSilence: (id, who) => apply({ kind: 'silence end', id }, who),
    test: (integration, who) => apply({ kind: 'test', integration }, who),
    exported: (detail, who) => apply({ kind: 'export', detail }, who),
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
