import type { Alert } from '../alert/alert.ts';
import { type JsonObject, stringify, valueAt } from '../alert/json.ts';
import type { ManagerEvent } from '../core/enrichment.ts';

/** The result of an enrichment, as a separate alert. */
export interface VerdictAlert {
  /** JSON, without a newline. */
  readonly line: string;
  readonly id: string;
  readonly level: number;
  readonly isMalicious: boolean;
}

/** Levels that the manager's own rules give to such events (87103 to 87105, 99700 to 99702). */
const MALICIOUS_LEVEL = 12;
const HARMLESS_LEVEL = 3;

/**
 * An alert with what the manager's rules would make of the event, without going through the
 * manager: same rule ids, groups and `data`. Undefined for events that are not a verdict, such as
 * errors.
 */
export function verdictAlert(source: Alert, event: ManagerEvent): VerdictAlert | undefined {
  const message = JSON.parse(stringify(event.message)) as JsonObject;
  const judged = virusTotal(message) ?? maltiverse(message);
  if (judged === undefined) return undefined;
  const { name, ruleId, description, isMalicious } = judged;
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

interface Judged {
  readonly name: string;
  readonly ruleId: string;
  readonly description: string;
  readonly isMalicious: boolean;
}

function virusTotal(message: JsonObject): Judged | undefined {
  const found = valueAt(message, 'virustotal', 'found');
  if (found === undefined) return undefined;
  const file = text(valueAt(message, 'virustotal', 'source', 'file'));
  const name = 'virustotal';
  if (found !== 1) {
    const description = `VirusTotal: Alert - No records in VirusTotal database (${file})`;
    return { name, ruleId: '87103', description, isMalicious: false };
  }
  if (valueAt(message, 'virustotal', 'malicious') !== 1) {
    const description = `VirusTotal: Alert - ${file} - No positives found`;
    return { name, ruleId: '87104', description, isMalicious: false };
  }
  const positives = text(valueAt(message, 'virustotal', 'positives'));
  const description = `VirusTotal: Alert - ${file} - ${positives} engines detected this file`;
  return { name, ruleId: '87105', description, isMalicious: true };
}

function maltiverse(message: JsonObject): Judged | undefined {
  const indicator = valueAt(message, 'threat', 'indicator');
  if (indicator === undefined) return undefined;
  const confidence = text(valueAt(indicator, 'confidence'));
  const isMalicious = ['Low', 'Medium', 'High'].includes(confidence);
  const what = text(valueAt(indicator, 'name'));
  const description = `Maltiverse: ${what} is known, with confidence: ${confidence || 'none'}`;
  return { name: 'maltiverse', ruleId: isMalicious ? '99702' : '99700', description, isMalicious };
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
