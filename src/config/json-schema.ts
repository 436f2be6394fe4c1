import { z } from 'zod';
import type { DestinationDescription } from '../core/destination.ts';
import { definitionSchema, narrowingSchema, settingsSchema } from './settings-schema.ts';

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** What the program keeps in a schema for itself. */
const OWN_KEYS = ['place', 'secret', 'isOpen', 'known'];

/**
 * The JSON Schema of `integratord.yaml`, by which editors complete it.
 * @param builtins the destinations that a `type` can name.
 */
export function settingsJsonSchema(builtins: readonly DestinationDescription[]): JsonSchema {
  const schema = toJson(settingsSchema);
  const definitions = builtins.map((builtin) => {
    const { $schema: _, ...own } = toJson(definitionSchema(builtin));
    const type = { const: builtin.name, description: `Delivers to ${builtin.title}.` };
    return { ...own, title: builtin.title, properties: { ...own.properties, type } };
  });
  const narrowings = builtins.map((builtin) => toJson(narrowingSchema(builtin)).properties);
  const narrowing: JsonSchema = {
    title: 'How a block of ossec.conf works',
    type: 'object',
    properties: Object.assign({}, ...narrowings) as NonNullable<JsonSchema['properties']>,
    additionalProperties: false,
  };
  const integrations = schema.properties?.['integrations'] as JsonSchema;
  return {
    ...schema,
    title: 'integratord.yaml',
    properties: {
      ...schema.properties,
      integrations: {
        ...integrations,
        additionalProperties: { anyOf: [narrowing, ...definitions] },
      },
    },
  };
}

function toJson(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, {
    io: 'input',
    override: ({ jsonSchema }) => {
      for (const key of OWN_KEYS) delete jsonSchema[key];
    },
  });
}
