import type { Alert } from '../../../alert/alert.ts';

const ENRICHMENTS = ['virustotal', 'maltiverse'];

/**
 * Why an alert must not be enriched: it is itself what an enrichment found out, and would go round in
 * circles. The manager gives such alerts the enrichment's name as their location; it also stands in
 * the event itself.
 */
export function isEnrichment(alert: Alert): string | undefined {
  const location = alert.textAt('location')?.trim().toLowerCase().split('->').at(-1);
  const integration = alert.textAt('data', 'integration')?.trim().toLowerCase();
  const found = ENRICHMENTS.find((name) => name === location || name === integration);
  return found === undefined
    ? undefined
    : `the alert is itself a result of ${found}; asking about it could go round in circles`;
}
