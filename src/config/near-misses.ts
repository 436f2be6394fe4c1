import type { JsonObject } from '../alert/json.ts';
import { type SettingsSchema, settingsOf } from '../core/destination-settings.ts';
import { editDistance } from '../core/nearest.ts';
import { quoted, type Report } from './report.ts';

/** Typing errors change, drop, add or swap so many letters. */
const MOST_EDITS = 2;
/** Shorter names are within two letters of nearly every word. */
const SHORTEST_KNOWN = 4;

/**
 * Warns of members of `<options>` that are probably mistyped. Any name is allowed where the options
 * are merged into the message, so nothing else would tell.
 */
export function reportNearMisses(
  schema: SettingsSchema,
  options: JsonObject | undefined,
  report: Report,
  offset: number,
): void {
  if (options === undefined) return;
  const fields = settingsOf(schema).filter(({ place }) => place === 'options');
  const open = fields.find(({ isOpen }) => isOpen);
  const known = open?.known ?? fields.map(({ name }) => name);
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue;
    const meant = known.find(
      (name) => name.length >= SHORTEST_KNOWN && editDistance(key, name) <= MOST_EDITS,
    );
    if (meant === undefined) continue;
    report.warning(offset, `<options> has ${quoted(key)}; did you mean ${meant}?`);
  }
}
