import { z } from 'zod';
import type { JsonObject, JsonValue } from '../alert/json.ts';
import type { Integration } from './integration.ts';

/**
 * Where a destination's setting stands for an `<integration>` block: in `<hook_url>`, in
 * `<api_key>`, as a member of `<options>`, or in the entry of `integratord.yaml` for this block. An
 * integration that is defined in `integratord.yaml` has them all there, by their own names.
 */
export type SettingPlace = 'hook_url' | 'api_key' | 'options' | 'settings';

/** What a schema says of a setting besides its type; `sdk/settings.ts` writes it. */
export interface SettingMeta {
  readonly place: SettingPlace;
  /** True when the value must not be shown. */
  readonly secret?: boolean;
  /** True for the one setting that is all of `<options>`, merged into the message as it is. */
  readonly isOpen?: boolean;
  /** Members that the service is known to understand, where any are allowed. */
  readonly known?: readonly string[];
}

/** One setting of a destination. */
export interface Setting extends SettingMeta {
  readonly name: string;
  readonly description: string;
  readonly isRequired: boolean;
  readonly schema: z.ZodType;
}

/**
 * The settings of a destination. `z.strictObject` allows no other members of `<options>`; with
 * `z.object` they are ignored, as the reference does.
 */
export type SettingsSchema = z.ZodObject<Readonly<Record<string, z.ZodType>>>;

/** For what has no settings of its own. */
export const NO_SETTINGS: SettingsSchema = z.object({});

/** The settings that a schema describes, in its order. */
export function settingsOf(schema: SettingsSchema): Setting[] {
  return Object.entries(schema.shape).map(([name, field]) => {
    const meta = (field.meta() ?? {}) as Partial<SettingMeta>;
    return {
      ...meta,
      name,
      place: meta.place ?? 'settings',
      description: field.description ?? '',
      isRequired: !field.safeParse(undefined).success,
      schema: field,
    };
  });
}

/** Why an integration cannot work; `kind` is for programs, `reason` ends a sentence without secrets. */
export interface Unusable {
  readonly kind:
    | 'unsupported_name'
    | 'missing_script'
    | 'missing_setting'
    | 'invalid_setting'
    | 'missing_secret';
  readonly reason: string;
  /** What is at fault, where that is a setting. */
  readonly place?: SettingPlace | 'name';
  readonly setting?: string;
}

/** A destination's own settings as it uses them, or why they cannot work. */
export type OwnSettings<Settings> =
  | { readonly ok: true; readonly settings: Settings }
  | { readonly ok: false; readonly problem: Unusable };

/**
 * Reads a destination's own settings out of an integration. This is the one place that decides
 * whether an integration has what its destination needs. Stricter than the reference, which takes an
 * empty value for a present one and then fails on every alert.
 * @param who what the message calls the integration: its name, or the service.
 */
export function readOwnSettings<Schema extends SettingsSchema>(
  schema: Schema,
  integration: Pick<Integration, 'hookUrl' | 'apiKey' | 'options' | 'settings'>,
  who: string,
): OwnSettings<z.output<Schema>> {
  const fields = settingsOf(schema);
  const open = fields.find(({ isOpen }) => isOpen);
  const raw: Record<string, unknown> = {};
  for (const field of fields) {
    const value = valueOf(field, integration);
    if (value !== undefined) raw[field.name] = value;
  }
  const strange = open === undefined ? strangeOptions(fields, integration.options) : {};
  const parsed = schema.safeParse({ ...strange, ...raw });
  if (!parsed.success) {
    const problem = problemOf(parsed.error, fields, who);
    const isGiven = problem.place === 'hook_url' || problem.place === 'api_key';
    if (problem.setting === undefined || raw[problem.setting] !== undefined || !isGiven) {
      return { ok: false, problem };
    }
    const given = problem.place === 'hook_url' ? integration.hookUrl : integration.apiKey;
    const empty = given === undefined ? '' : ', which is empty';
    const reason = `${who} needs <${problem.place}>${empty}`;
    return { ok: false, problem: { ...problem, kind: 'missing_setting', reason } };
  }
  // As it is written: the order of its members and odd names are the operator's.
  const options = open === undefined ? {} : { [open.name]: integration.options ?? {} };
  return { ok: true, settings: { ...parsed.data, ...options } };
}

function valueOf(
  { name, place, isOpen }: Setting,
  { hookUrl, apiKey, options, settings }: Parameters<typeof readOwnSettings>[1],
): JsonValue | undefined {
  switch (place) {
    case 'hook_url':
      return unlessBlank(hookUrl?.reveal());
    case 'api_key':
      return unlessBlank(apiKey?.reveal());
    case 'options':
      return isOpen ? options : options?.[name];
    case 'settings':
      return settings.own?.[name];
  }
}

function unlessBlank(text: string | undefined): string | undefined {
  return text?.trim() === '' ? undefined : text;
}

/** Members of `<options>` that are none of the settings. */
function strangeOptions(fields: readonly Setting[], options: JsonObject | undefined): JsonObject {
  const known = new Set(fields.filter(({ place }) => place === 'options').map(({ name }) => name));
  return Object.fromEntries(Object.entries(options ?? {}).filter(([key]) => !known.has(key)));
}

/** The first error. Values are not repeated: they may be secret. */
function problemOf({ issues }: z.ZodError, fields: readonly Setting[], who: string): Unusable {
  // A mistyped key explains a missing one.
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
  if (issue?.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    const known = fields.filter(({ place }) => place === 'options').map(({ name }) => name);
    const reason = `<options>: ${who} has no option ${JSON.stringify(key.slice(0, 50))}; there are ${known.join(', ')}`;
    return { kind: 'invalid_setting', place: 'options', setting: key, reason };
  }
  const field = fields.find(({ name }) => name === issue?.path[0]);
  if (issue === undefined || field === undefined) {
    return { kind: 'invalid_setting', reason: `${who} cannot work with these settings` };
  }
  const { name, place } = field;
  const tag = place === 'options' || place === 'settings' ? undefined : `<${place}>`;
  const where = tag ?? (place === 'options' ? `<options>: "${name}"` : name);
  const reason = `${where} ${issue.message}`;
  return { kind: 'invalid_setting', place, setting: name, reason };
}
