import type { PreparedIntegration } from '../app/setup.ts';
import type { ConditionPart } from '../conditions/read.ts';
import { groupingTexts } from './grouping-texts.ts';

/** Which alerts an integration gets, in half a sentence: `level 10 and above, group "sshd"`. */
export function filterText({ integration, conditions, grouping }: PreparedIntegration): string {
  const parts: string[] = [];
  if (integration.level > 0) parts.push(`level ${integration.level} and above`);
  if (integration.ruleIds !== undefined) parts.push(`rule ${integration.ruleIds.join(' or ')}`);
  if (integration.group !== undefined) parts.push(`group ${JSON.stringify(integration.group)}`);
  if (integration.eventLocation !== undefined) {
    parts.push(`location ${JSON.stringify(integration.eventLocation)}`);
  }
  const ofKind = (kind: ConditionPart['kind']) =>
    conditions?.parts.filter((part) => part.kind === kind) ?? [];
  const only = ofKind('only').map(({ path }) => path.at(-1));
  const exceptions = ofKind('except').length;
  if (only.length > 0) parts.push(`only certain ${only.join(' and ')}`);
  if (ofKind('when').length > 0) parts.push('when an expression is true');
  if (exceptions > 0) parts.push(exceptions === 1 ? '1 exception' : `${exceptions} exceptions`);
  const which = parts.length === 0 ? 'every alert' : parts.join(', ');
  return [which, ...groupingTexts(grouping)].join('; ');
}
