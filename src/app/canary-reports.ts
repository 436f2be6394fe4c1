import {
  type CanaryPlan,
  type CanaryRecord,
  type CanaryReport,
  isLost,
  planText,
} from '../core/canary.ts';
import { spanOf } from '../core/words.ts';
import type { Trouble } from './self-notices.ts';

/** How the test alerts of a lane do; undefined where it gets none. @param now in milliseconds since 1970. */
export function canaryReport(
  plan: CanaryPlan | undefined,
  record: CanaryRecord | undefined,
  now: number,
): CanaryReport | undefined {
  if (plan === undefined) return undefined;
  return {
    plan: planText(plan),
    lastSentAt: record?.sentAt,
    lastSuccessAt: record?.succeededAt,
    isLost: record !== undefined && isLost(record, now),
  };
}

/** Lanes whose test alerts are lost, as troubles. @param integrationOf the integration of a lane. */
export function canaryTroubles(
  records: Iterable<CanaryRecord>,
  integrationOf: (lane: number) => string | undefined,
  now: number,
): Trouble[] {
  return [...records].flatMap((record) => {
    const integration = integrationOf(record.lane);
    if (integration === undefined || !isLost(record, now)) return [];
    const { succeededAt } = record;
    const last =
      succeededAt === undefined
        ? 'None has ever arrived.'
        : `The last one arrived ${spanOf(now - succeededAt)} ago.`;
    return [
      {
        key: `canary:${integration}`,
        about: integration,
        sentence: `The test alert of today did not arrive at ${integration}. ${last} \`integratord queue list --integration ${integration}\` says why.`,
        over: `Test alerts arrive at ${integration} again.`,
      },
    ];
  });
}
