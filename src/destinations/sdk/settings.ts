import { z } from 'zod';
import type { JsonObject } from '../../alert/json.ts';
import type { SettingMeta } from '../../core/destination-settings.ts';
import { Secret } from '../../core/secret.ts';

/** Says of a setting where it stands, and what it is: a sentence for docs, editors and messages. */
export function setting<Schema extends z.ZodType>(
  schema: Schema,
  description: string,
  meta: SettingMeta,
): Schema {
  return schema.describe(description).meta({ ...meta });
}

/** Keeps a text from being shown. */
export const secret = (text: string) => new Secret(text);

const NOT_AN_ADDRESS = 'must be an address that begins with http:// or https://';
const address = z.string({ error: NOT_AN_ADDRESS }).refine(isWebAddress, NOT_AN_ADDRESS);

const ODD_KEY = 'contains spaces or characters that no key has';

/** The address to send to, in `<hook_url>`. It may hold a token, so it is a secret. */
export const hookUrl = (description: string) =>
  setting(address.transform(secret), description, { place: 'hook_url', secret: true });

/** The same, where the service has an address of its own. */
export const optionalHookUrl = (description: string) =>
  setting(address.transform(secret).optional(), description, { place: 'hook_url', secret: true });

/**
 * A key in `<api_key>`, without the white space around it.
 * @param isValid what keys of this service have in common, and `why` one is refused that has not.
 */
export const apiKey = (description: string, isValid = (_key: string) => true, why = ODD_KEY) =>
  setting(z.string().trim().refine(isValid, why).transform(secret), description, {
    place: 'api_key',
    secret: true,
  });

/** A key that goes into a header, where only visible ASCII characters can stand. */
export const headerKey = (description: string) =>
  apiKey(description, (key) => /^[\u0021-\u007e]*$/.test(key));

/** A member of `<options>`. */
export const option = <Schema extends z.ZodType>(schema: Schema, description: string) =>
  setting(schema, description, { place: 'options' });

/**
 * All of `<options>`, merged into the message as they are.
 * @param known members that the service understands: only for telling typing errors.
 */
export const openOptions = (description: string, known: readonly string[]) =>
  setting(z.record(z.string(), z.unknown()).optional() as z.ZodType<JsonObject>, description, {
    place: 'options',
    isOpen: true,
    known,
  });

/** A setting that only `integratord.yaml` has. */
export const yamlSetting = <Schema extends z.ZodType>(schema: Schema, description: string) =>
  setting(schema, description, { place: 'settings' });

/** What a message looks like. */
export const messageSetting = () =>
  yamlSetting(
    z.literal('original', { error: 'must be original' }).optional(),
    'What the message looks like: `original` is the message of the original Integrator, and the default.',
  );

function isWebAddress(text: string): boolean {
  return URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol);
}
