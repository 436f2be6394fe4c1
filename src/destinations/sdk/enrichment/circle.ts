import type { Alert } from '../../../alert/alert.ts';

/**
 * Why an alert must not be enriched: it is itself the result of an enrichment, and would cause a
 * loop. The manager sets the location of such alerts to the enrichment's name; it is also in
 * the event itself.
 * @param enrichments the names of all destinations that enrich.
 */
export function resultOf(alert: Alert, enrichments: readonly string[]): string | undefined {
  const location = alert.textAt('location')?.trim().toLowerCase().split('->').at(-1);
  const integration = alert.textAt('data', 'integration')?.trim().toLowerCase();
  const found = enrichments.find((name) => name === location || name === integration);
  return found === undefined
    ? undefined
    : `the alert is itself a result of ${found}; a lookup could cause a loop`;
}
