import { type JsonObject, type Judgement, scalarText, valueAt } from '../sdk/index.ts';

/** What rules 99700 to 99702 of Wazuh 4.14 say of an event of ours. */
export function verdict(message: JsonObject): Judgement | undefined {
  const indicator = valueAt(message, 'threat', 'indicator');
  if (indicator === undefined) return undefined;
  const confidence = scalarText(valueAt(indicator, 'confidence'));
  const isMalicious = ['Low', 'Medium', 'High'].includes(confidence);
  const what = scalarText(valueAt(indicator, 'name'));
  const description = `Maltiverse: ${what} is known, with confidence: ${confidence || 'none'}`;
  return { ruleId: isMalicious ? '99702' : '99700', description, isMalicious };
}
