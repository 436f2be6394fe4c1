import {
  type Alert,
  type Bundle,
  bundleFacts,
  bundleGroups,
  examplesWithin,
  exampleWithin,
  groupLine,
  groupTexts,
  headline,
  type JsonDocument,
  moreAlerts,
  moreKeys,
  NOT_AVAILABLE,
} from '../sdk/index.ts';
import { severity } from './severity.ts';

/** Shuffle has no limit of its own; a workflow keeps all of its input in memory. In bytes. */
const LARGEST_EXAMPLE = 256 * 1024;
const LARGEST_EXAMPLES = 1024 * 1024;

/** What a delivery of several alerts has. */
interface Parts {
  readonly alert: Alert;
  readonly bundle: Bundle;
  readonly key: string;
}

/**
 * Several alerts in the shape of one, so that workflows that know only that shape go on working: the
 * table as its text, and the alert of the highest level as the alert. `bundle` has all of it as data.
 */
export function bundleMessage({
  alert,
  bundle,
  key,
}: Parts): Record<string, JsonDocument | undefined> {
  const alerts = examplesWithin(bundle.examples, LARGEST_EXAMPLES);
  const more = [moreKeys(bundle), moreAlerts(bundle, alerts.length)];
  const lines = [...groupTexts(bundle).map(groupLine), ...more];
  return {
    severity: severity(bundle.highestLevel),
    pretext: 'WAZUH Alerts',
    title: headline(bundle),
    text: lines.filter((line) => line !== undefined).join('\n'),
    rule_id: alert.at('rule', 'id') ?? NOT_AVAILABLE,
    timestamp: alert.at('timestamp'),
    // The alert may have been sent before; a workflow that knows its id must not drop this message.
    id: key,
    all_fields: exampleWithin(alert, LARGEST_EXAMPLE) ?? {},
    bundle: {
      ...bundleFacts(bundle),
      groups: bundleGroups(bundle),
      more_groups: bundle.moreGroups,
      alerts,
    },
  };
}
