import { z } from 'zod';
import type { JsonObject } from '../alert/json.ts';
import type { SourcePosition } from '../core/integration.ts';
import { readMoment } from '../times/moment.ts';
import type { YamlPart } from './validation.ts';

const ids = z.array(z.string()).min(1, { error: 'must be a list of ids of integrations' });

const testSchema = z.strictObject({
  alert: z
    .union([z.string().min(1), z.record(z.string(), z.unknown())], {
      error: 'must be the path of a file, or an alert',
    })
    .describe('A file, from the folder of this one, whose alerts are tried; or an alert itself.'),
  at: z
    .string()
    .refine((text) => readMoment(text) !== undefined, {
      error:
        'must be a time such as 2026-11-24T03:00, with an offset or the name of a zone at its end',
    })
    .optional()
    .describe(
      'When it comes: 2026-11-24T03:00, in the zone of the host or with +01:00 or " Europe/Berlin" at its end. Default: now.',
    ),
  goes_to: ids.optional().describe('Integrations that must get it.'),
  not_to: ids.optional().describe('Integrations that must not get it.'),
  because: z
    .string()
    .optional()
    .describe(
      'Why those of `not_to` do not: a verdict such as level, or what said it, only.level.',
    ),
});

/** The tests of the configuration, which `check` runs. */
export const testsSettings = z
  .array(testSchema)
  .optional()
  .describe('What must be decided about alerts; `check` tries it.');

/** A test of the configuration. */
export interface ConfigTest {
  /** A path from the folder of the settings file, or an alert. */
  readonly alert: string | JsonObject;
  /** Milliseconds since 1970; undefined is now. */
  readonly at: number | undefined;
  readonly goesTo: readonly string[];
  readonly notTo: readonly string[];
  readonly because: string | undefined;
  /** Where it stands. */
  readonly place: SourcePosition;
  /** Where an id of one of its lists stands. */
  readonly placeOf: (list: 'goes_to' | 'not_to', index: number) => SourcePosition;
}

/** The tests of a settings file, as far as they are right. */
export function readConfigTests(
  raw: z.infer<typeof testsSettings>,
  { yaml, report }: Pick<YamlPart, 'yaml' | 'report'>,
): ConfigTest[] {
  return (raw ?? []).map((test, index) => {
    const placeAt = (...path: (string | number)[]) => ({
      file: report.file,
      ...report.positions.at(yaml.offsetOf(['tests', index, ...path])),
    });
    return {
      alert: test.alert as string | JsonObject,
      at: test.at === undefined ? undefined : readMoment(test.at),
      goesTo: test.goes_to ?? [],
      notTo: test.not_to ?? [],
      because: test.because,
      place: placeAt(),
      placeOf: placeAt,
    };
  });
}
