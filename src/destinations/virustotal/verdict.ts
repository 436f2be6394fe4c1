import { type JsonObject, type Judgement, scalarText, valueAt } from '../sdk/index.ts';

/** What rules 87103 to 87105 of Wazuh 4.14 say of an event of ours. */
export function verdict(message: JsonObject): Judgement | undefined {
  const found = valueAt(message, 'virustotal', 'found');
  if (found === undefined) return undefined;
  const file = scalarText(valueAt(message, 'virustotal', 'source', 'file'));
  if (found !== 1) {
    const description = `VirusTotal: Alert - No records in VirusTotal database (${file})`;
    return { ruleId: '87103', description, isMalicious: false };
  }
  if (valueAt(message, 'virustotal', 'malicious') !== 1) {
    const description = `VirusTotal: Alert - ${file} - No positives found`;
    return { ruleId: '87104', description, isMalicious: false };
  }
  const positives = scalarText(valueAt(message, 'virustotal', 'positives'));
  const description = `VirusTotal: Alert - ${file} - ${positives} engines detected this file`;
  return { ruleId: '87105', description, isMalicious: true };
}
