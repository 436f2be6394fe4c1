import { z } from 'zod';
import { DEFAULT_RETRY } from '../core/retry.ts';

/*
 * The settings file `integratord.yaml`. To add a key: one line here with its description (which
 * says what it does, its unit and its limits, and must appear in docs/configuration.md; a test
 * holds that), and its translation in `settings.ts`.
 */

const LARGEST_RULE = 2 ** 31 - 1;

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

const quota = z.strictObject({
  per_minute: z
    .int()
    .min(1)
    .max(6000)
    .optional()
    .describe('How many lookups are allowed within any 60 seconds, 1 to 6000.'),
  per_day: z
    .int()
    .min(1)
    .optional()
    .describe('How many lookups are allowed from midnight to midnight UTC.'),
});

const cache = z.strictObject({
  found_hours: z
    .number()
    .positive()
    .max(8760)
    .optional()
    .describe('Hours that an answer is cached, up to a year. Default: 24.'),
  not_found_hours: z
    .number()
    .positive()
    .max(8760)
    .optional()
    .describe('Hours that "unknown to the service" is cached, up to a year. Default: 1.'),
});

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

const integration = z.strictObject({
  concurrency: z
    .int()
    .min(1)
    .max(100)
    .optional()
    .describe('How many attempts may run at the same time, 1 to 100. 1 keeps the order.'),
  script: z
    .boolean()
    .optional()
    .describe('True: run the script of this name in the integrations folder, not the built-in.'),
  skip_rules: z
    .array(z.int().min(1).max(LARGEST_RULE))
    .optional()
    .describe('Shuffle only: rule ids whose alerts are not sent, in place of the built-in list.'),
  rate_limit: rateLimit.optional().describe('How fast messages may be sent.'),
  forward: forward
    .optional()
    .describe('VirusTotal and Maltiverse only: which integrations also get the result directly.'),
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
  quota: quota
    .optional()
    .describe('VirusTotal and Maltiverse only: how many lookups this key allows.'),
  cache: cache.optional().describe('VirusTotal and Maltiverse only: how long answers are cached.'),
});

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
    .describe('Size of the outbox, in MiB, at which reading pauses. Default: 2048.'),
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
    .record(z.string(), integration)
    .optional()
    .describe('Settings by the id of an integration: its name, or name#2 for its second block.'),
  outbox: outbox.optional().describe('How much the outbox keeps.'),
  reading: reading.optional().describe('How far back reading goes.'),
});

export type RawSettings = z.infer<typeof settingsSchema>;
export type RawIntegrationSettings = z.infer<typeof integration>;
