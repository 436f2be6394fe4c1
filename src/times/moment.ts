import { hostZone, zoneOf } from './zone.ts';

/**
 * Reads a moment: `2026-11-24T03:00`, with or without seconds; at its end `Z`, an offset such as `+01:00`,
 * or, after a space, the name of a zone. Without these it is meant in the zone given.
 * @returns milliseconds since 1970; undefined when it is anything else.
 */
export function readMoment(text: string, zone = hostZone()): number | undefined {
  const [, date, time, offset, name] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?))?(Z|[+-]\d\d:\d\d)?(?: ([A-Za-z][\w/+-]*))?$/.exec(
      text.trim(),
    ) ?? [];
  if (date === undefined || (offset !== undefined && name !== undefined)) return undefined;
  const wall = Date.parse(`${date}T${time ?? '00:00'}Z`);
  if (Number.isNaN(wall) || !new Date(wall).toISOString().startsWith(date)) return undefined;
  if (offset !== undefined) return Date.parse(`${date}T${time ?? '00:00'}${offset}`);
  return zoneOf(name ?? zone)?.firstAt(wall);
}
