import type { JsonValue } from '../../alert/json.ts';
import type { HeldVerdict } from '../../core/grouping.ts';
import type { AlertDelivery } from '../../outbox/alert-history.ts';
import type { Decision } from '../../routing/chain.ts';
import type { ChainStep } from '../../routing/stage.ts';
import { isoTime } from '../output.ts';

/** One question more on the way of an alert: about its time, or about other alerts. */
export type HeldStep = Omit<ChainStep, 'stage'> & { readonly stage: HeldVerdict };

/** What was decided, with what the outbox says of it. */
export interface HeldDecision {
  readonly verdict: Decision['verdict'] | HeldVerdict;
  readonly by?: string;
  readonly chain: readonly (ChainStep | HeldStep)[];
}

const WHY: Readonly<Record<HeldVerdict, string>> = {
  silence: 'a silence held it back',
  mute: 'another alert muted it',
  time: 'it came outside of the hours of the integration',
  storm: 'there were too many alerts',
  throttle: 'it repeats an alert that was sent',
  digest: 'it is sent together with others',
};
const WANTED: Readonly<Partial<Record<HeldVerdict, string>>> = {
  throttle: 'the first of its key',
  storm: 'fewer alerts',
};

/**
 * Adds to a decision what depended on the time and on other alerts: that is not decided again, but read
 * from the delivery, where it is stored.
 * @param readAt when the alert was read, in milliseconds since 1970.
 */
export function withHeld(
  decision: Decision,
  deliveries: readonly AlertDelivery[],
  readAt: number | undefined,
): HeldDecision {
  const held = deliveries.find((delivery) => delivery.held !== undefined)?.held;
  if (decision.verdict !== 'send' || held === undefined) return decision;
  const { verdict, by, key } = held;
  const found = foundOf(verdict, key, readAt);
  const wanted = verdict === 'time' ? by?.replace(/^at /, '') : WANTED[verdict];
  const step: HeldStep = {
    stage: verdict,
    pass: false,
    ...(by !== undefined && { by }),
    ...(found !== undefined && { found }),
    ...(wanted !== undefined && { wanted }),
    why: WHY[verdict],
  };
  return { verdict, ...(by !== undefined && { by }), chain: [...decision.chain, step] };
}

function foundOf(
  verdict: HeldVerdict,
  key: string | undefined,
  readAt: number | undefined,
): JsonValue | undefined {
  if (verdict === 'time') return isoTime(readAt) ?? undefined;
  return key === undefined ? undefined : (JSON.parse(key) as JsonValue);
}
