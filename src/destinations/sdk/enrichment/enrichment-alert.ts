import type { Alert } from '../../../alert/alert.ts';

const ENRICHMENTS = ['virustotal', 'maltiverse'];

/**
 * Why an alert must not be enriched: it is itself the result of an enrichment, and would cause a
 * loop. The manager sets the location of such alerts to the enrichment's name; it is also in
 * the event itself.
 */
export function isEnrichment(alert: Alert): string | undefined {
  const location = alert.textAt('location')?.trim().toLowerCase().split('->').at(-1);
  const integration = alert.textAt('data', 'integration')?.trim().toLowerCase();
  const found = ENRICHMENTS.find((name) => name === location || name === integration);
  return found === undefined
    ? undefined
    : `the alert is itself a result of ${found}; looking it up could cause a loop`;
}
