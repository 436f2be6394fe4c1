import {
  type Bundle,
  cut,
  exampleTitle,
  type Fact,
  type GroupText,
  groupLine,
  groupTexts,
  headline,
  inert,
  type JsonDocument,
  keyText,
  moreAlerts,
  moreKeys,
} from '../sdk/index.ts';
import {
  codeBlock,
  documentOf,
  type Extent,
  factParagraph,
  LONGEST_SUMMARY,
  LONGEST_TEXT,
  unformatted,
  within,
  written,
} from './text.ts';

/** What the table of the keys may take of a text, and an example must have, in characters. */
const LONGEST_TABLE = 22_000;
const SHORTEST_EXAMPLE = 400;
/** What the block around an example, its title and the lines at the end add to a document. */
const OVERHEAD = 800;

const LONGEST_BY = 500;

/** Keys in a text that Jira refused once. */
const FEW_GROUPS = 5;

type Version = 2 | 3;

/** The title. */
export function bundleSummary(bundle: Bundle): string {
  return cut(headline(bundle), LONGEST_SUMMARY);
}

/**
 * Several alerts as text for Jira: a table of the keys and the examples. As with a single alert, nothing
 * in them can act as markup; so in wiki markup the table is one of plain lines.
 * @param more facts to add at the beginning.
 */
export function bundleTextFor(
  version: Version,
  bundle: Bundle,
  extent: Extent,
  more: readonly Fact[] = [],
): JsonDocument {
  const facts: Fact[] = [...more, ['Bundle', String(bundle.id)]];
  const key = keyText(bundle);
  if (key !== undefined) facts.push(['Grouped by', cut(key, LONGEST_BY)]);
  const groups = fitting(version, groupTexts(bundle), extent);
  const build = (examples: readonly Example[]) => {
    const lines = [moreKeys(bundle, groups.length), moreAlerts(bundle, examples.length)];
    const rest = lines.filter((line) => line !== undefined);
    return version === 3
      ? document(facts, groups, examples, rest)
      : wikiMarkup(facts, groups, examples, rest);
  };
  if (extent === 'facts') return build([]);
  return build(examplesWithin(version, bundle, LONGEST_TEXT - written(build([]))));
}

interface Example {
  readonly title: string;
  readonly text: string;
}

/** The first groups: as many as leave room for examples. */
function fitting(version: Version, groups: readonly GroupText[], extent: Extent): GroupText[] {
  const size = (group: GroupText) =>
    version === 3 ? written(row(group)) : groupLine(group).length + 1;
  let room = LONGEST_TABLE;
  return groups.slice(0, extent === 'facts' ? FEW_GROUPS : undefined).filter((group) => {
    room -= size(group);
    return room >= 0;
  });
}

function examplesWithin(version: Version, { examples }: Bundle, room: number): Example[] {
  const shown: Example[] = [];
  let left = room;
  examples.forEach((alert, at) => {
    const title = exampleTitle(alert);
    const share = Math.floor(left / (examples.length - at));
    const forText = share - OVERHEAD - written(textNode(title));
    if (forText < SHORTEST_EXAMPLE) return;
    const text = within(inert(alert.text, LONGEST_TEXT), forText, version);
    shown.push({ title, text });
    left -= OVERHEAD + written(textNode(title)) + written(textNode(text));
  });
  return shown;
}

function document(
  facts: readonly Fact[],
  groups: readonly GroupText[],
  examples: readonly Example[],
  rest: readonly string[],
): JsonDocument {
  return documentOf([
    factParagraph(facts),
    ...(groups.length === 0 ? [] : [table(groups)]),
    ...examples.flatMap(({ title, text }) => [paragraph(title), ...codeBlock(text, 'json')]),
    ...rest.map(paragraph),
  ]);
}

const HEADER = ['Count', 'First', 'Last', 'Rule', 'Agent', 'Fields'];

function table(groups: readonly GroupText[]): JsonDocument {
  const header = HEADER.map((text) => ({ type: 'tableHeader', content: [paragraph(text)] }));
  return { type: 'table', content: [{ type: 'tableRow', content: header }, ...groups.map(row)] };
}

function row({ count, first, last, rule, agent, fields }: GroupText): JsonDocument {
  const cells = [[count], [first], [last], [rule], [agent ?? ''], fields];
  return {
    type: 'tableRow',
    content: cells.map((lines) => ({
      type: 'tableCell',
      content: (lines.length === 0 ? [''] : lines).map(paragraph),
    })),
  };
}

/** Jira refuses documents with an empty text in them. */
function paragraph(text: string): JsonDocument {
  return { type: 'paragraph', content: text === '' ? [] : [textNode(text)] };
}

function textNode(text: string): JsonDocument {
  return { type: 'text', text };
}

function wikiMarkup(
  facts: readonly Fact[],
  groups: readonly GroupText[],
  examples: readonly Example[],
  rest: readonly string[],
): JsonDocument {
  return unformatted([
    facts.map(([label, text]) => `${label}: ${text}`).join('\n'),
    groups.map(groupLine).join('\n'),
    ...examples.map(({ title, text }) => `${title}\n${text}`),
    rest.join('\n'),
  ]);
}
