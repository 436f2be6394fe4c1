import {
  type Alert,
  cut,
  displayText,
  type Fact,
  factsOf,
  type JsonDocument,
  oneLine,
  plain,
} from '../sdk/index.ts';

/** Jira's limits, in characters. */
export const LONGEST_SUMMARY = 255;
export const LONGEST_TEXT = 32_767;

const LONGEST_LOG = 4000;

/** How much of the alert a text contains: with `facts` only the short parts. */
export type Extent = 'whole' | 'facts';

/** The title: one line. */
export function summaryOf(alert: Alert): string {
  const what = oneLine(displayText(alert.at('rule', 'description'))) ?? 'Wazuh alert';
  const where =
    oneLine(displayText(alert.at('agent', 'name'))) ??
    oneLine(displayText(alert.at('agentless', 'host')));
  return cut(where === undefined ? what : `${what} (${where.slice(0, 80)})`, LONGEST_SUMMARY);
}

/**
 * The alert as text for Jira: a document (ADF) for version 3, wiki markup for version 2. Nothing in
 * the alert can act as markup: in a document it is always text, and in wiki markup it is placed
 * where markup has no effect.
 * @param more facts to add at the end.
 */
export function textFor(
  version: 2 | 3,
  alert: Alert,
  extent: Extent,
  more: readonly Fact[] = [],
): JsonDocument {
  const facts = [...factsOf(alert), ...more];
  const log = extent === 'whole' ? displayText(alert.at('full_log')) : undefined;
  const shortLog = log === undefined ? '' : cut(plain(log).trim(), LONGEST_LOG);
  const build = version === 3 ? document : wikiMarkup;
  if (extent === 'facts') return build(facts, '', '');
  const room = LONGEST_TEXT - OVERHEAD - written(build(facts, shortLog, ''));
  return build(facts, shortLog, within(plain(cut(alert.text, LONGEST_TEXT)), room, version));
}

/** What the block around the alert adds to a document, in characters. */
const OVERHEAD = 200;

function document(facts: readonly Fact[], log: string, raw: string): JsonDocument {
  return documentOf([factParagraph(facts), ...codeBlock(log, 'text'), ...codeBlock(raw, 'json')]);
}

/** A document of these parts. */
export function documentOf(content: readonly JsonDocument[]): JsonDocument {
  return { type: 'doc', version: 1, content };
}

/** Facts, each in a line. */
export function factParagraph(facts: readonly Fact[]): JsonDocument {
  const lines = facts.flatMap(([label, text], at) => [
    ...(at === 0 ? [] : [{ type: 'hardBreak' }]),
    { type: 'text', text: `${label}: `, marks: [{ type: 'strong' }] },
    { type: 'text', text },
  ]);
  return { type: 'paragraph', content: lines };
}

/** Jira refuses documents with an empty text in them. */
export function codeBlock(text: string, language: string): JsonDocument[] {
  if (text === '') return [];
  return [{ type: 'codeBlock', attrs: { language }, content: [{ type: 'text', text }] }];
}

function wikiMarkup(facts: readonly Fact[], log: string, raw: string): string {
  const lines = facts.map(([label, text]) => `${label}: ${text}`);
  return unformatted([lines.join('\n'), log, raw]);
}

/** Wiki markup that shows these texts as they are. */
export function unformatted(parts: readonly string[]): string {
  return parts
    .filter((part) => part !== '')
    .map((part) => `{noformat}\n${unclosed(part)}\n{noformat}`)
    .join('\n');
}

/** A text that cannot close its block: an invisible space breaks up the closing tag. */
function unclosed(text: string): string {
  return text.replace(/\{(?=\s*noformat)/gi, '{\u200b');
}

/** As much of a text as fits into the given number of characters, once encoded for this version. */
export function within(text: string, room: number, version: 2 | 3): string {
  const size = (part: string) =>
    version === 3 ? JSON.stringify(part).length : unclosed(part).length;
  let part = cut(text, room);
  while (size(part) > room) {
    // A few characters take six when encoded, most only one: proceed in small steps.
    const excess = Math.ceil((size(part) - room) / 6);
    part = cut(text, part.length - excess);
  }
  return part;
}

/** The length of a finished text, in characters: of a document, the JSON that is sent. */
export function written(text: JsonDocument): number {
  return typeof text === 'string' ? text.length : JSON.stringify(text).length;
}
