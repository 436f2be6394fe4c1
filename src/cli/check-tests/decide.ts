import type { ReadAlert } from '../../alert/formats/read-alert.ts';
import type { PreparedIntegration } from '../../app/setup.ts';
import type { HeldVerdict, LaneStore } from '../../core/grouping.ts';
import { arrivalsBy } from '../../grouping/keys.ts';
import { GroupingPolicy } from '../../grouping/policy.ts';
import type { Decision } from '../../routing/chain.ts';
import { routedAlert } from '../../routing/router.ts';
import type { Quiet } from '../../silences/quiet.ts';
import { presentDecider } from '../explain/deciders.ts';

/** What is decided about an alert that comes alone. */
export interface TestDecision extends Pick<Decision, 'chain'> {
  readonly verdict: Decision['verdict'] | HeldVerdict;
  readonly by?: string;
}

/** What a lane knows before its first alert. */
const NOTHING_YET: LaneStore = {
  throttle: () => undefined,
  setThrottle: () => {},
  isOpen: () => false,
  join: () => 0,
  storm: () => undefined,
  setStorm: () => {},
  backlog: () => 0,
  absorb: () => 0,
  isEnded: () => false,
  countSilenced: () => {},
  muteOpened: () => undefined,
  notice: () => {},
};

/**
 * What each integration decides about an alert, at a time in milliseconds since 1970.
 * @param quiet the silences that there are then.
 */
export function decideAlone(
  integrations: readonly PreparedIntegration[],
  alert: ReadAlert,
  time: number,
  quiet?: Quiet,
): Map<string, TestDecision> {
  const decisions = presentDecider(integrations, quiet)(alert, time);
  return new Map(
    integrations.map(({ integration: { id }, grouping }): [string, TestDecision] => {
      const decision = decisions.get(id) ?? { verdict: 'send', chain: [] };
      if (decision.verdict !== 'send' || grouping === undefined) return [id, decision];
      const arrival = arrivalsBy(grouping)(routedAlert(alert));
      const policy = new GroupingPolicy(id, grouping);
      const { verdict, by } = policy.place(alert.facts.level ?? 0, arrival, NOTHING_YET, time);
      if (verdict === undefined) return [id, decision];
      return [id, { ...decision, verdict, ...(by !== undefined && { by }) }];
    }),
  );
}
