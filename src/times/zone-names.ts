import { nearest } from '../core/nearest.ts';

/** What to say of a zone that does not exist: half a sentence with the nearest that does. */
export function unknownZone(name: string): string {
  const meant = nearestZone(name);
  const hint =
    meant === undefined
      ? ', as in the IANA database: Europe/Berlin, America/New_York, UTC'
      : `; did you mean ${meant}?`;
  return `there is no time zone ${JSON.stringify(name.slice(0, 60))}${hint}`;
}

function nearestZone(name: string): string | undefined {
  const zones = [...Intl.supportedValuesOf('timeZone'), 'UTC'];
  const whole = nearest(name, zones);
  if (whole !== undefined) return whole;
  // `Berlin` alone is far from `Europe/Berlin`.
  const cities = new Map(zones.map((zone) => [zone.slice(zone.lastIndexOf('/') + 1), zone]));
  const city = nearest(name.slice(name.lastIndexOf('/') + 1).replaceAll(' ', '_'), cities.keys());
  return city === undefined ? undefined : cities.get(city);
}
