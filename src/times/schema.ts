import { z } from 'zod';
import { forEditors } from '../core/editor-schema.ts';

/** The most entries of a list. */
export const MOST_ENTRIES = 1000;
/** The most ranges of hours: all of them are compared for every day. */
export const MOST_HOURS = 24;
/** What a time may be called, so that it needs no quotes anywhere. */
export const NAME = /^[\w-]{1,64}$/;

const texts = z.union([z.string(), z.array(z.string()).min(1).max(MOST_ENTRIES)]);
const week = z.union([z.int().min(1).max(5), z.int().min(-5).max(-1)]);

/** One time. All keys that are given must hold. */
export const timeSchema = z.strictObject({
  days: texts.optional().describe('Days of the week: mon, mon-fri, fri-mon, or a list of these.'),
  hours: z
    .union([z.string(), z.array(z.string()).min(1).max(MOST_HOURS)])
    .optional()
    .describe(
      'From when to when, the end not included: 08:00-18:00, or 22:00-02:00 into the next day; or a list.',
    ),
  week: z
    .union([week, z.array(week).min(1).max(MOST_ENTRIES)])
    .optional()
    .describe(
      'Weeks of the month: 1 is its first seven days, so that with "days: tue" 2 is the second Tuesday; -1 is its last seven days.',
    ),
  months: texts.optional().describe('Months: jan, jun-aug, nov-feb, or a list of these.'),
  dates: texts
    .optional()
    .describe('Only these dates: 2026-12-24, 2026-12-24..2027-01-01, or every year 12-24..01-01.'),
  except: texts.optional().describe('Not on these dates, written as those of dates.'),
  zone: z
    .string()
    .optional()
    .describe('The time zone, such as Europe/Berlin. Default: that of the host.'),
});

/** The keys of a time. */
export type TimeKey = keyof typeof timeSchema.shape;

/**
 * `times` of the settings file. Editors get the whole schema; any value is let through, as `readTimes`
 * says better what is wrong.
 */
export const timesSettings = forEditors(
  z.record(z.string().regex(NAME), timeSchema),
  'Times such as office hours, by names that conditions use: at("office").',
);
