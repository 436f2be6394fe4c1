import { firstRecordTime } from '../../alert/record-time.ts';
import { Trial } from '../../cli/silence/trial.ts';
import type { SilenceTrial } from '../../console/silence-data.ts';
import type { Clock } from '../../core/clock.ts';
import { DAY_MS } from '../../core/durations.ts';
import type { Paths } from '../../core/paths.ts';
import type { NewSilence } from '../../core/silence.ts';
import { AlertHistory } from '../../sources/file/history.ts';
import type { Setup } from '../setup.ts';

/** How long the last day may be looked at. What was found by then is shown. */
const BUDGET_MS = 10_000;

/** What a silence would have held back of the last 24 hours, as `silence test` finds it. */
export async function trySilence(
  silence: NewSilence,
  setup: Pick<Setup, 'integrations' | 'times' | 'fatal'>,
  { alerts }: Pick<Paths, 'alerts'>,
  clock: Clock,
): Promise<SilenceTrial> {
  const now = clock.now();
  const deadline = clock.monotonic() + BUDGET_MS;
  const always = { from: 0, until: Number.MAX_SAFE_INTEGER };
  const trial = new Trial(setup, { ...silence, ...always }, now);
  const history = new AlertHistory({ path: alerts, clock });
  const since = now - DAY_MS;
  let stoppedAt: number | undefined;
  for await (const { bytes } of history.between({ since, until: now })) {
    trial.read(bytes);
    if (clock.monotonic() <= deadline) continue;
    stoppedAt = firstRecordTime(bytes) ?? since;
    break;
  }
  const problems = history.problems.map(({ path, message }) => `${path}: ${message}`);
  const wrong = setup.fatal ? ['the configuration in the files cannot be read now'] : [];
  const { integrations, ...result } = trial.result();
  return {
    ...result,
    integrations: [...integrations].map(([id, held]) => ({ id, held })),
    stoppedAt,
    problems: [...wrong, ...problems],
  };
}
