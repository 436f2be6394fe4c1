import type { Alert } from '../../../alert/alert.ts';

/**
 * Why an alert must not be enriched: it is itself what an enrichment found out, and would go round in
 * circles. The manager gives such alerts the enrichment's name as their location; it also stands in
 * the event itself.
 * @param enrichments the names of all destinations that enrich.
 */
export function resultOf(alert: Alert, enrichments: readonly string[]): string | undefined {
  const location = alert.textAt('location')?.trim().toLowerCase().split('->').at(-1);
  const integration = alert.textAt('data', 'integration')?.trim().toLowerCase();
  const found = enrichments.find((name) => name === location || name === integration);
  return found === undefined
    ? undefined
    : `the alert is itself a result of ${found}; looking it up could go round in circles`;
}
