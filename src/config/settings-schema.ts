import { z } from 'zod';
import { conditionSettings } from '../conditions/vocabulary/schema.ts';
import type { DestinationDescription } from '../core/destination.ts';
import { settingsOf } from '../core/destination-settings.ts';
import { DEFAULT_RETRY } from '../core/retry.ts';
import { groupingSettings } from '../grouping/settings/schema.ts';
import { quietSettings } from '../silences/settings/schema.ts';
import { timesSettings } from '../times/schema.ts';
import { canarySettings, ownCanarySettings } from './canary-settings.ts';
import { testsSettings } from './config-tests.ts';
import { consoleSettings } from './console-settings.ts';
import { controlSettings } from './control-settings.ts';
import { metricsSettings } from './metrics-settings.ts';

/*
 * The settings file `integratord.yaml`. To add a key that every integration has: one line here with
 * its description (which says what it does, its unit and its limits, and must appear in
 * docs/configuration.md; a test holds that), and its translation in `settings.ts`. What only one
 * destination has belongs into its own definition.
 */

const rateLimit = z.strictObject({
  count: z.number().positive().describe('How many messages may be sent per period.'),
  seconds: z.number().positive().max(86_400).describe('How long a period lasts, up to a day.'),
  burst: z
    .int()
    .min(1)
    .optional()
    .describe('How many messages may be sent at once. Default: count, and at least 1.'),
});

const retry = z
  .strictObject({
    first_seconds: z
      .number()
      .min(1)
      .max(86_400)
      .optional()
      .describe(
        'Longest wait in seconds before the first long retry; it then doubles. Default: 5.',
      ),
    longest_seconds: z
      .number()
      .min(1)
      .max(86_400)
      .optional()
      .describe('Longest wait in seconds between two retries, up to a day. Default: 900.'),
    give_up_hours: z
      .number()
      .positive()
      .max(8760)
      .optional()
      .describe(
        'Hours after the first attempt when a delivery is given up, up to a year. Default: 24.',
      ),
  })
  .refine(
    ({ first_seconds: first, longest_seconds: longest = DEFAULT_RETRY.longestSeconds }) =>
      first === undefined || first <= longest,
    { message: 'first_seconds must not be above longest_seconds', path: ['first_seconds'] },
  );

const forward = z.strictObject({
  to: z
    .array(z.string())
    .min(1)
    .describe('Ids of the integrations that get the verdict, whatever their filters.'),
  only_malicious: z
    .boolean()
    .optional()
    .describe('Whether harmless and unknown indicators are left out. Default: true.'),
});

/** How an integration works, wherever it is defined and whatever it delivers to. */
const common = {
  ...conditionSettings,
  ...groupingSettings,
  concurrency: z
    .int()
    .min(1)
    .max(100)
    .optional()
    .describe('How many attempts may run at the same time, 1 to 100. 1 keeps the order.'),
  rate_limit: rateLimit.optional().describe('How fast messages may be sent.'),
  canary: ownCanarySettings,
  retry: retry.optional().describe('The long schedule, after the quick retries of <retries>.'),
  group_dialect: z
    .enum(['exact', 'sregex'])
    .optional()
    .describe(
      'How <group> is read: names separated by commas, or a pattern of Wazuh 2 and earlier.',
    ),
  location_dialect: z
    .enum(['json', 'full'])
    .optional()
    .describe(
      'What <event_location> is compared with: the location of alerts.json, or with its host.',
    ),
};

/** What only the entry of a block of `ossec.conf` has. */
const narrowing = {
  script: z
    .boolean()
    .optional()
    .describe('True: run the script of this name in the integrations folder, not the built-in.'),
};

/** What only destinations that enrich have. */
const enriching = {
  forward: forward
    .optional()
    .describe('Who else gets what was found out, directly, as an alert of its own.'),
};

const textOrNumber = z.union([z.string(), z.number()], { error: 'must be a text or a number' });

/** The options of a block, for an integration that is defined in the settings file. */
const block = {
  level: z.int().min(0).max(16).optional().describe('Only alerts of this rule level and above.'),
  rule_id: z
    .union([textOrNumber, z.array(textOrNumber)], { error: 'must be a rule id, or a list of them' })
    .optional()
    .describe('Only alerts of these rules: one id, or a list of them.'),
  group: z
    .union([z.string(), z.array(z.string())], { error: 'must be a group, or a list of them' })
    .optional()
    .describe('Only alerts that have one of these groups: one name, or a list of them.'),
  event_location: z
    .string()
    .optional()
    .describe('Only alerts whose location matches this pattern.'),
  alert_format: z
    .string()
    .optional()
    .describe('For scripts: json gives them the alert as JSON, anything else as text.'),
  max_log: z
    .int()
    .min(165)
    .max(1024)
    .optional()
    .describe('For scripts in the text format: the longest log excerpt in bytes, 165 to 1024.'),
  timeout: z.int().min(1).max(86_400).optional().describe('Seconds that one attempt may take.'),
  retries: z.int().min(0).max(1000).optional().describe('Quick retries after a failed attempt.'),
};

/** Settings with which an integration still gets the right alerts, and brings them to the right place. */
export const TUNING: ReadonlySet<string> = new Set([...Object.keys(common), 'forward']);

/** The types cannot say that only some have it. */
function forwarding({ enriches }: DestinationDescription): typeof enriching {
  return enriches === true ? enriching : ({} as typeof enriching);
}

/** A destination's own settings, which have no types here. */
function untyped(fields: readonly (readonly [string, z.ZodType])[]): object {
  return Object.fromEntries(fields);
}

/** The entry of a block of `ossec.conf`: how it is to work. */
export function narrowingSchema(destination: DestinationDescription) {
  const own = settingsOf(destination.settings).filter(({ place }) => place === 'settings');
  return z.strictObject({
    ...common,
    ...narrowing,
    ...forwarding(destination),
    ...untyped(own.map(({ name, schema }) => [name, schema])),
  });
}

/**
 * An integration that is defined in the settings file. Whether its address and key can work is
 * asked later, as it is for a block.
 * @param ownRequired false where the destination's own settings may be missing.
 */
export function definitionSchema(destination: DestinationDescription, ownRequired = true) {
  const own = settingsOf(destination.settings).map(({ name, place, schema, description }) => {
    const isText = place === 'hook_url' || place === 'api_key';
    if (isText) return [name, z.string().optional().describe(description)] as const;
    return [name, ownRequired ? schema : schema.optional()] as const;
  });
  return z.strictObject({
    type: z.string().describe('What it delivers to.'),
    ...block,
    ...common,
    ...forwarding(destination),
    ...untyped(own),
  });
}

const percent = z.number().min(1).max(40);

const outbox = z.strictObject({
  delivered_days: z
    .number()
    .min(0)
    .max(3650)
    .optional()
    .describe('Days that delivered alerts are kept for inspection. Default: 3.'),
  dead_days: z
    .number()
    .min(1)
    .max(3650)
    .optional()
    .describe('Days that dead letters are kept. Default: 30.'),
  max_megabytes: z
    .number()
    .min(16)
    .max(1_048_576)
    .optional()
    .describe('Size of the outbox in MiB. Each integration has a share of it. Default: 2048.'),
  delivered_percent: percent
    .optional()
    .describe('Part of the outbox for delivered alerts, 1 to 40 percent. Default: 10.'),
  dead_percent: percent
    .optional()
    .describe('Part of the outbox for dead letters, 1 to 40 percent. Default: 10.'),
});

const reading = z.strictObject({
  look_back_days: z
    .number()
    .positive()
    .max(3650)
    .optional()
    .describe('Age in days up to which archives are read after an interruption. Default: 7.'),
  look_back_files: z
    .int()
    .min(1)
    .optional()
    .describe('Maximum number of archives to read, the newest first. Default: no limit.'),
  look_back_megabytes: z
    .number()
    .positive()
    .optional()
    .describe('Maximum MiB of archives on disk to read. Default: no limit.'),
});

/** What the settings file may contain. */
export const settingsSchema = z.strictObject({
  integrations: z
    .record(z.string(), z.record(z.string(), z.unknown()))
    .optional()
    .describe(
      'By id: how a block of ossec.conf works (its name, or name#2 for its second block), or an integration of its own with a type.',
    ),
  outbox: outbox.optional().describe('How much the outbox keeps.'),
  reading: reading.optional().describe('How far back reading goes.'),
  notices: z
    .array(z.string())
    .optional()
    .describe(
      'Ids of integrations that are told what is wrong with integratord itself: a parked integration, a refused reload, an outbox above 80 percent, an integration that has used up its share of it, an alert file that cannot be read or is quieter than ever, a test alert that did not arrive.',
    ),
  canary: canarySettings,
  metrics: metricsSettings,
  times: timesSettings,
  ...quietSettings,
  tests: testsSettings,
  console: consoleSettings,
  control: controlSettings,
  environment: z
    .array(z.string().regex(/^[A-Za-z_]\w*$/, { error: 'must be the name of a variable' }))
    .optional()
    .describe('Variables that scripts get besides what they inherit, by their names.'),
});

export type RawSettings = z.infer<typeof settingsSchema>;
export type RawNarrowing = z.infer<ReturnType<typeof narrowingSchema>>;
export type RawDefinition = z.infer<ReturnType<typeof definitionSchema>>;
