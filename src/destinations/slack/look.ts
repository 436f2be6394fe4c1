import type { JsonDocument } from '../sdk/index.ts';

/**
 * Lengths that Slack shows in full, in characters. It cuts an attachment's text at about 8,000
 * (undocumented), documents 2,000 for a section field, and nothing for titles.
 */
export const USUAL = { text: 8000, title: 1000, field: 2000 };
/** Limits for a message that Slack rejected: everything in it is short. */
export const SMALL = { text: 500, title: 150, field: 150 };
export type Limits = typeof USUAL;

/** The members of an attachment. */
export type Attachment = Readonly<Record<string, JsonDocument | undefined>>;

/** The colour of a message, by the level of its rule. */
export function color(level: number): string {
  if (level <= 4) return 'good';
  return level <= 7 ? 'warning' : 'danger';
}
