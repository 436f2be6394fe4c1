import type { DeliveryContext, ScriptRunner } from '../core/destination.ts';
import type { LaneObserver } from '../core/lane-observer.ts';
import { type QuotaState, remainingLookups } from '../core/quota.ts';
import type { LaneTraits } from '../telemetry/lane-metrics.ts';
import type { QuotaLeft } from '../telemetry/program-metrics.ts';
import type { Entry } from './running-lane.ts';
import { isScript } from './script-obstacle.ts';

/** What numbers there are of an integration. */
export function traitsOf({ destination, grouping }: Entry): LaneTraits {
  return {
    runsScripts: isScript(destination),
    enriches: destination.enriches === true,
    bundles: grouping !== undefined,
  };
}

/** What a lane's attempts get, with an observer of what they do with it. */
export function measuredContext<Context extends Pick<DeliveryContext, 'scripts' | 'lookedUp'>>(
  context: Context,
  observer: LaneObserver | undefined,
): Context {
  if (observer === undefined) return context;
  const { scripts } = context;
  const measured: ScriptRunner = {
    async run(call, limits) {
      const ended = observer.scriptBegan();
      try {
        return await scripts.run(call, limits);
      } finally {
        ended();
      }
    },
  };
  return { ...context, scripts: measured, lookedUp: (result) => observer.lookedUp(result) };
}

/** What may still be looked up for each integration that looks up. */
export function* quotasLeft(
  entries: Iterable<Entry>,
  store: { read(name: string): QuotaState | undefined },
  now: number,
): Iterable<QuotaLeft> {
  for (const { integration, destination } of entries) {
    const limits = destination.quota?.(integration);
    const account = destination.account?.(integration);
    if (limits === undefined || account === undefined) continue;
    yield { integration: integration.id, ...remainingLookups(store.read(account), limits, now) };
  }
}
