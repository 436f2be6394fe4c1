import { z } from 'zod';
import { type Delivery, headerKey, hookUrl, openOptions } from '../sdk/index.ts';

/** What DFIR-IRIS needs. */
export const settings = z.object({
  hook_url: hookUrl('The address of IRIS, or that of its alerts (`…/alerts/add`).'),
  api_key: headerKey('The API key of a user of IRIS.'),
  options: openOptions(
    'A JSON object that is merged into the alert and replaces its members. Severity, status and customer may be given by name.',
    [
      'alert_title',
      'alert_description',
      'alert_source',
      'alert_source_ref',
      'alert_source_link',
      'alert_source_event_time',
      'alert_severity_id',
      'alert_status_id',
      'alert_customer_id',
      'alert_classification_id',
      'alert_tags',
      'alert_note',
      'alert_context',
      'alert_iocs',
      'alert_assets',
      'alert_source_content',
    ],
  ),
});
export type IrisDelivery = Delivery<z.output<typeof settings>>;
