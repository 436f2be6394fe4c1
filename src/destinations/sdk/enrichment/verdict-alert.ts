import type { Alert } from '../../../alert/alert.ts';
import { type JsonObject, stringify } from '../../../alert/json.ts';
import type { ManagerEvent, VerdictAlert } from '../../../core/enrichment.ts';

/** What the manager's own rules would say of an enrichment's event. */
export interface Judgement {
  /** The id of that rule. */
  readonly ruleId: string;
  readonly description: string;
  readonly isMalicious: boolean;
}

/** Levels that the manager's own rules give to such events (87103 to 87105, 99700 to 99702). */
const MALICIOUS_LEVEL = 12;
const HARMLESS_LEVEL = 3;

/**
 * An alert with what the manager's rules would make of the event, without going through the
 * manager: same rule ids, groups and `data`. Undefined for events that are not a verdict, such as
 * errors.
 * @param name of the enrichment.
 * @param judge what the rules would say of a message.
 */
export function verdictAlert(
  source: Alert,
  event: ManagerEvent,
  name: string,
  judge: (message: JsonObject) => Judgement | undefined,
): VerdictAlert | undefined {
  const message = JSON.parse(stringify(event.message)) as JsonObject;
  const judgement = judge(message);
  if (judgement === undefined) return undefined;
  const { ruleId, description, isMalicious } = judgement;
  const level = isMalicious ? MALICIOUS_LEVEL : HARMLESS_LEVEL;
  const sourceId = source.textAt('id') ?? '0';
  const line = stringify({
    timestamp: source.at('timestamp'),
    rule: { level, description, id: ruleId, firedtimes: 1, mail: false, groups: [name] },
    agent: source.at('agent'),
    manager: source.at('manager'),
    id: sourceId,
    decoder: { name: 'json' },
    data: message,
    location: name,
  });
  return { line, id: sourceId, level, isMalicious };
}
