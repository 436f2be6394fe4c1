import { z } from 'zod';
import { HOUR_MS } from '../../../core/durations.ts';
import type { QuotaLimits } from '../../../core/enrichment.ts';
import { yamlSetting } from '../settings.ts';

const FOUND_HOURS = 24;
const NOT_FOUND_HOURS = 1;

const hours = (description: string) =>
  z.number().positive().max(8760).optional().describe(description);

const quota = z.strictObject({
  per_minute: z
    .int()
    .min(1)
    .max(6000)
    .optional()
    .describe('Look-ups within any 60 seconds, 1 to 6000.'),
  per_day: z.int().min(1).optional().describe('Look-ups from midnight to midnight UTC.'),
});

const cache = z.strictObject({
  found_hours: hours('Hours that an answer is kept, up to a year. Default: 24.'),
  not_found_hours: hours(
    'Hours that it is kept that the service knows nothing, up to a year. Default: 1.',
  ),
});

/** Settings that every enrichment has. */
export const enrichmentSettings = {
  quota: yamlSetting(
    quota.optional(),
    'How much may be looked up with this key. Integrations with the same key and address share it, and it is counted over restarts.',
  ),
  cache: yamlSetting(cache.optional(), 'How long an answer is kept and not asked for again.'),
};

interface EnrichmentSettings {
  readonly quota?: z.output<typeof quota> | undefined;
  readonly cache?: z.output<typeof cache> | undefined;
}

/** How much may be looked up: what the settings say, else what the service allows. */
export function quotaOf({ quota: own }: EnrichmentSettings, usual: QuotaLimits): QuotaLimits {
  return {
    perMinute: own?.per_minute ?? usual.perMinute,
    perDay: own?.per_day ?? usual.perDay,
  };
}

/** How long answers are cached, in milliseconds. */
export function cacheTimes({ cache: own }: EnrichmentSettings): {
  foundMs: number;
  unknownMs: number;
} {
  return {
    foundMs: (own?.found_hours ?? FOUND_HOURS) * HOUR_MS,
    unknownMs: (own?.not_found_hours ?? NOT_FOUND_HOURS) * HOUR_MS,
  };
}
