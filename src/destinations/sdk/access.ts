import { z } from 'zod';
import { type SettingsSchema, settingsOf } from '../../core/destination-settings.ts';

/** The address and the key among the settings of a destination. */
export function accessOf(schema: SettingsSchema): SettingsSchema {
  const fields = settingsOf(schema).filter(
    ({ place }) => place === 'hook_url' || place === 'api_key',
  );
  return z.object(Object.fromEntries(fields.map(({ name, schema: field }) => [name, field])));
}
