import { z } from 'zod';
import type { CanaryPlan } from '../core/canary.ts';
import { MINUTES_OF_DAY, readTimeOfDay } from '../times/hours.ts';
import { hostZone, zoneOf } from '../times/zone.ts';
import { unknownZone } from '../times/zone-names.ts';

const plan = z.strictObject({
  at: z
    .string()
    .refine(isTimeOfDay, { error: 'must be a time of the day in quotes, such as "06:00"' })
    .describe('When, on the wall clock: `"06:00"`.'),
  zone: z
    .string()
    .refine((name) => zoneOf(name) !== undefined, {
      error: ({ input }) => unknownZone(String(input)),
    })
    .optional()
    .describe('The time zone of it, as `Europe/Berlin`. Default: that of the host.'),
});

/** `canary` of the settings file: when all integrations get a test alert. */
export const canarySettings = plan
  .optional()
  .describe(
    'When each integration gets a test alert every day, which proves the way to it. Those that look things up get none, and those that open tickets only by their own `canary`. Default: none.',
  );

/** `canary` of an integration. */
export const ownCanarySettings = z
  .union([plan, z.literal(false)], { error: 'must be a time, as { at: "06:00" }, or false' })
  .optional()
  .describe(
    'When it gets a test alert every day, which proves the way to it; false: never. Default: as `canary` of the whole file.',
  );

function isTimeOfDay(text: string): boolean {
  const minute = readTimeOfDay(text);
  return minute !== undefined && minute < MINUTES_OF_DAY;
}

/** The plan of a value that was validated already; undefined where there is none, or it was wrong. */
export function readCanary(value: unknown): CanaryPlan | undefined {
  const { data } = plan.safeParse(value);
  if (data === undefined) return undefined;
  const zone = zoneOf(data.zone ?? hostZone());
  return { minute: readTimeOfDay(data.at) as number, zone: zone?.name ?? 'UTC' };
}
