import { type Alert, fittedAround, type ManagerEvent, managerLocation } from '../sdk/index.ts';
import type { Known } from './answer.ts';
import type { Indicator } from './questions.ts';

const NAME = 'maltiverse';

/**
 * The event for an indicator that Maltiverse knows, as the reference builds it (rules 99700 to 99702
 * read it). Where the answer is too large for an event, its largest parts are left out, and named in
 * `maltiverse.removed`.
 */
export function indicatorEvent(alert: Alert, indicator: Indicator, known: Known): ManagerEvent {
  const { name, id } = indicator;
  const { software, ...threat } = known.threat;
  const isAddress = threat.type === 'ipv4-addr' || threat.type === 'ipv6-addr';
  const alertId = alert.at('id');
  const { source: kept, removed } = known;
  return fittedAround({ kept, removed }, (left) => ({
    location: managerLocation(alert, NAME),
    message: {
      integration: NAME,
      alert_id: typeof alertId === 'object' ? undefined : alertId,
      maltiverse: {
        source: left.kept,
        removed: left.removed.length === 0 ? undefined : left.removed,
      },
      threat: {
        indicator: {
          name,
          ...threat,
          reference: `https://maltiverse.com/${known.kind}/${id}`,
          ip: isAddress ? name : undefined,
        },
        software,
      },
    },
  }));
}
