import { z } from 'zod';

/**
 * A setting whose whole schema editors get, while any value is let through: for what another reader
 * says better what is wrong with, also inside of texts.
 */
export function forEditors(schema: z.ZodType, description: string) {
  const meta = {
    description,
    // Translated only when someone wants the schema: the daemon never does, and it takes a while.
    get allOf() {
      const { $schema: _, ...json } = z.toJSONSchema(schema, { io: 'input' });
      return [json];
    },
  };
  return z.unknown().meta(meta).optional();
}
