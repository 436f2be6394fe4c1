import { z } from 'zod';
import { DAY_MS, readDuration } from '../../core/durations.ts';
import { MOST_IN_BUNDLE } from '../rules.ts';

const MOST_FIELDS = 10;
const LONGEST_MS = 30 * DAY_MS;

const DURATION = 'must be a duration such as 90s, 15m, 1h30m or 1d';
const duration = z
  .string({ error: DURATION })
  .refine((text) => (readDuration(text) ?? 0) > 0, { error: DURATION })
  .refine((text) => (readDuration(text) ?? 0) <= LONGEST_MS, { error: 'must be at most 30d' });

const FIELDS = {
  error: `must be a field such as rule.id, or a list of 1 to ${MOST_FIELDS} of them`,
};
const field = z
  .string(FIELDS)
  .regex(/^[^.\s]+(?:\.[^.\s]+)*$/, { error: 'must be the path of a field, such as data.srcip' });
const fields = z.union([field, z.array(field).min(1, FIELDS).max(MOST_FIELDS, FIELDS)], FIELDS);

const throttle = z.strictObject({
  same: fields.describe(
    'The fields that make a repeat: alerts with the same values in all of them.',
  ),
  every: duration.describe('How long repeats are held back before one message tells of them.'),
  up_to: duration
    .optional()
    .describe('While repeats go on, `every` doubles up to this. Default: it stays as it is.'),
});

const digest = z.strictObject({
  by: fields
    .optional()
    .describe(
      'The fields of a line: one for each combination of their values. Default: rule.id, agent.id.',
    ),
  every: z
    .string({ error: 'must be a duration such as 1h, or a time such as "mon-fri 08:00"' })
    .describe(
      'A duration from the first alert on, such as 1h, or fixed times such as "mon-fri 08:00" or "08:00, 16:00 Europe/Berlin".',
    ),
  at_most: z
    .int()
    .min(1)
    .max(MOST_IN_BUNDLE)
    .optional()
    .describe(`With so many alerts it is sent at once. Up to ${MOST_IN_BUNDLE}. Default: 1000.`),
});

const storm = z.strictObject({
  above: z.int().min(1).describe('More alerts than this within `in` are a storm.'),
  in: duration.describe(
    'The time in which `above` is counted. A storm is over after as long below half of it.',
  ),
  late: duration
    .optional()
    .describe('What waits longer than this for the rate limit is a storm, too. Default: 10m.'),
});

/** When the alerts of an integration are sent, and which of them together. */
export const groupingSettings = {
  at: z.string().optional().describe('The name of a time of `times`: it gets alerts only then.'),
  outside: z
    .enum(['hold', 'digest', 'drop'])
    .optional()
    .describe(
      'What becomes of alerts at other times: held until then, held and sent as one message, or not sent. Default: hold.',
    ),
  throttle: throttle
    .optional()
    .describe('The first of equal alerts is sent, its repeats are told of in one message.'),
  digest: digest.optional().describe('All alerts of a period are sent as one message.'),
  storm: storm
    .optional()
    .describe('When there are too many alerts, one message a minute until it is over.'),
  urgent: z
    .int()
    .min(0)
    .max(16)
    .optional()
    .describe('From this rule level on, alerts are sent at once, whatever the above say.'),
};

const groupingSchema = z.object(groupingSettings);
export type RawGrouping = z.infer<typeof groupingSchema>;

/** The settings that are right by themselves; what is not was reported with all other settings. */
export function rightGrouping(value: Readonly<Record<string, unknown>>): RawGrouping {
  const right = Object.entries(groupingSettings).flatMap(([name, schema]) => {
    const read = schema.safeParse(value[name]);
    return read.success && read.data !== undefined ? [[name, read.data]] : [];
  });
  return Object.fromEntries(right) as RawGrouping;
}
