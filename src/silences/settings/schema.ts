import { z } from 'zod';
import { onlySchema } from '../../conditions/vocabulary/schema.ts';
import { DAY_MS, readDuration } from '../../core/durations.ts';
import { forEditors } from '../../core/editor-schema.ts';
import { SILENCE_ENDINGS } from '../../core/silence.ts';

/** The most silences, and the most mutes. */
export const MOST_QUIET = 200;
const MOST_FIELDS = 10;
const LONGEST_MUTE_MS = 7 * DAY_MS;

const NAME = { error: 'must be a name of 1 to 64 letters, digits, - and _, and not only digits' };
const name = z.string(NAME).regex(/^(?!\d+$)[\w-]{1,64}$/, NAME);
const WHY = { error: 'must be a text of 1 to 500 characters' };
const IDS = { error: 'must be a list of ids of integrations' };
const integrations = z
  .array(z.string(IDS), IDS)
  .min(1, IDS)
  .max(1000, IDS)
  .optional()
  .describe('Ids of the integrations that it is about. Default: all.');
const TRUTH = { error: 'must be true or false' };
const AT = { error: 'must be the name of a time of `times`' };
const THEN = { error: `must be ${SILENCE_ENDINGS.join(', ')}` };
const WHEN = { error: 'must be an expression, as a text' };

export const silenceSchema = z.strictObject({
  name: name.describe('What it is called in messages, and in the rows of alerts.'),
  at: z.string(AT).describe('The name of a time of `times`: it holds alerts back then.'),
  why: z.string(WHY).min(1, WHY).max(500, WHY).describe('The reason, for those who miss alerts.'),
  only: onlySchema
    .optional()
    .describe('Which alerts, in the words of `only`. Default: every alert.'),
  when: z.string(WHEN).optional().describe('Which alerts, as an expression; both must fit.'),
  // oxlint-disable-next-line unicorn/no-thenable -- that is what the setting is called
  then: z
    .enum(SILENCE_ENDINGS, THEN)
    .optional()
    .describe(
      'What follows after its end: summary, one message that says how many; deliver, they are sent; nothing. Default: summary.',
    ),
  integrations,
  even_critical: z
    .boolean(TRUTH)
    .optional()
    .describe('True: also alerts of level 15 and above. Default: false.'),
});

const FIELDS = {
  error: `must be a field such as data.srcip, or a list of 1 to ${MOST_FIELDS} of them`,
};
const field = z.string(FIELDS).regex(/^[^.\s]+(?:\.[^.\s]+)*$/, FIELDS);
const FOR = { error: 'must be a duration such as 90s, 10m or 1h30m, up to 7d' };
const isShort = (text: string) => {
  const ms = readDuration(text) ?? 0;
  return ms > 0 && ms <= LONGEST_MUTE_MS;
};

export const muteSchema = z.strictObject({
  name: name.optional().describe('What it is called in the rows of alerts. Default: its number.'),
  after: onlySchema.describe('The alerts that begin it, in the words of `only`.'),
  mute: onlySchema.describe('The alerts that are not sent while it lasts, in the words of `only`.'),
  same: z
    .union([field, z.array(field).min(1, FIELDS).max(MOST_FIELDS, FIELDS)], FIELDS)
    .describe('The fields whose values must be the same in both: data.srcip, or a list of them.'),
  for: z
    .string(FOR)
    .refine(isShort, FOR)
    .describe('How long it lasts, from the last alert that began it: 10m, up to 7d.'),
  integrations,
});

/**
 * `silences` and `mutes` of the settings file. Editors get the whole schema; any value is let through, as
 * what reads them says better what is wrong, also inside of texts.
 */
export const quietSettings = {
  silences: forEditors(
    z.array(silenceSchema).max(MOST_QUIET),
    'Silences that come again: at a time of `times`, alerts are held back.',
  ),
  mutes: forEditors(
    z.array(muteSchema).max(MOST_QUIET),
    'One alert quiets others with the same values for a while.',
  ),
};
