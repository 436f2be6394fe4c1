import { z } from 'zod';
import { forEditors } from '../../core/editor-schema.ts';
import { LONGEST_SOURCE } from '../cel/parse.ts';

/** The most entries of a list. */
export const MOST_ENTRIES = 1000;
/** The longest text in a condition, in characters. */
export const LONGEST_TEXT = 1000;

const ONE = { error: `must be a text of 1 to ${LONGEST_TEXT} characters, or a number` };
const textOrNumber = z.union([z.string().min(1, ONE).max(LONGEST_TEXT, ONE), z.number()], ONE);

const SEVERAL = { error: `must be a text, a number, or a list of 1 to ${MOST_ENTRIES} of them` };
const TEXTS = { error: `must be a text, or a list of 1 to ${MOST_ENTRIES} of them` };

function listOf<Item extends z.ZodType>(item: Item, words: { readonly error: string }) {
  return z.array(item).min(1, words).max(MOST_ENTRIES, words);
}

/** One value or several, of which one must fit. */
function oneOrMore(description: string) {
  return z
    .union([textOrNumber, listOf(textOrNumber, SEVERAL)], SEVERAL)
    .optional()
    .describe(description);
}

const scalar = z.union([z.string().max(LONGEST_TEXT), z.number(), z.boolean()], SEVERAL);
const scalars = z.union([scalar, listOf(scalar, SEVERAL)], SEVERAL);
const text = z.string().min(1, TEXTS).max(LONGEST_TEXT, TEXTS);
const texts = z.union([text, listOf(text, TEXTS)], TEXTS);
const number = z.number({ error: 'must be a number' });

/** What a field can be asked, all that are given. */
export const fieldTestSchema = z.strictObject({
  in: scalars.optional().describe('One of these: texts, numbers, addresses or networks.'),
  not_in: scalars.optional().describe('None of these. An absent field is none of them.'),
  glob: texts.optional().describe('The whole value: * is any text, ? is any character.'),
  regex: texts.optional().describe('A regular expression of RE2 that is found anywhere in it.'),
  min: number.optional().describe('At least this number; also where it is written as a text.'),
  max: number.optional().describe('At most this number; also where it is written as a text.'),
  exists: z
    .boolean({ error: 'must be true or false' })
    .optional()
    .describe('Whether the field is there.'),
  cidr: texts.optional().describe('An address in one of these networks, IPv4 or IPv6.'),
});

const fields = z
  .record(z.string(), z.union([scalar, z.array(scalar), fieldTestSchema]), {
    error: 'must be a mapping of paths such as data.srcip',
  })
  .optional()
  .describe(
    'Any field of the alert by its path, such as data.srcip: a value, a list of which one must fit, or a mapping of tests.',
  );

/** What an alert must be. Several keys mean all of them, a list means one of it. */
export const onlySchema = z.strictObject({
  level: oneOrMore('Rule levels: 7 is level 7 alone, "7-11" a range, ">= 7" from there on.'),
  rules: oneOrMore('Rule ids, such as 5710, or ranges of them, such as "5700-5719".'),
  groups: oneOrMore(
    'Groups of the rule, of which the alert has at least one. * and ? are allowed.',
  ),
  agents: oneOrMore('Agents by name (* and ? are allowed), id, address or network.'),
  locations: oneOrMore('Where the alert comes from, as in its location. * and ? are allowed.'),
  mitre: oneOrMore('Techniques of MITRE ATT&CK, such as T1110 or T1059.*, or names of tactics.'),
  managers: oneOrMore('Managers by name. * and ? are allowed.'),
  nodes: oneOrMore('Nodes of the cluster by name. * and ? are allowed.'),
  decoders: oneOrMore('Decoders by name. * and ? are allowed.'),
  fields,
});

/** An alert that fits is not delivered. */
export const exceptEntrySchema = onlySchema.extend({
  until: z
    .string({ error: 'must be a date such as 2026-12-31' })
    .optional()
    .describe('The last day on which this entry counts, in the zone of the host.'),
  why: z
    .string({ error: 'must be a text' })
    .max(LONGEST_TEXT)
    .optional()
    .describe('The reason, for those who read this later.'),
});

/**
 * The settings of an integration that are conditions. Editors get the whole schema; any value is let
 * through, as `readConditions` says better what is wrong, also inside of texts.
 */
export const conditionSettings = {
  only: forEditors(
    onlySchema,
    'Only alerts that fit all of this. It narrows what the filters let through.',
  ),
  except: forEditors(
    z.array(exceptEntrySchema).max(MOST_ENTRIES),
    'Alerts that fit one of these entries are not delivered.',
  ),
  when: forEditors(
    z.string().max(LONGEST_SOURCE),
    'Only alerts for which this expression, in the language CEL, is true.',
  ),
};

export type OnlyKey = keyof z.infer<typeof onlySchema>;
