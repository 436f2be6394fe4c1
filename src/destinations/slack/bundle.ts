import {
  type Bundle,
  exampleLog,
  exampleTitle,
  type GroupText,
  groupTexts,
  headline,
  type JsonDocument,
  moreAlerts,
  moreKeys,
} from '../sdk/index.ts';
import { type Attachment, color, type Limits, SMALL } from './look.ts';
import { slackText } from './markup.ts';

/** A headline has its facts within this many characters. */
const SHORTEST_TITLE = 255;
/** Longest texts of a group: some twenty of them are to be read at a glance. */
const LONGEST_RULE = 300;
const LONGEST_GROUP = 700;
/** Groups in a message whose size may have been the reason of a rejection. */
const FEW_GROUPS = 5;
/** The log of an example is not cut to less than this: the example is left out. */
const SHORTEST_LOG = 100;

/**
 * Several alerts as one attachment: what they are as its title, a field for each key, and the examples
 * as its text.
 */
export function bundleAttachment(bundle: Bundle, limits: Limits): Attachment {
  const isSmall = limits === SMALL;
  const groups = groupTexts(bundle).slice(0, isSmall ? FEW_GROUPS : undefined);
  const { text, shown } = examples(bundle, limits.text);
  return {
    color: color(bundle.highestLevel),
    pretext: 'WAZUH Alerts',
    title: slackText(headline(bundle), Math.max(limits.title, SHORTEST_TITLE)),
    // Slack wants a text.
    text: text === '' ? `Bundle ${bundle.id}` : text,
    fields: [
      ...groups.map((group) => field(group, limits.field)),
      ...rest(bundle, groups.length, shown),
    ],
    ts: timestamp(bundle.lastAt),
  };
}

function field({ count, rule, agent, span, fields }: GroupText, longest: number): JsonDocument {
  const lines = [agent, span, ...fields].filter((line) => line !== undefined);
  return {
    title: slackText(`${count} × ${rule}`, Math.min(longest, LONGEST_RULE)),
    value: slackText(lines.join('\n'), Math.min(longest, LONGEST_GROUP)),
  };
}

function rest(bundle: Bundle, groups: number, examples: number): JsonDocument[] {
  const lines = [moreKeys(bundle, groups), moreAlerts(bundle, examples, '`')];
  const value = lines.filter((line) => line !== undefined).join('\n');
  return value === '' ? [] : [{ title: 'More', value }];
}

/** As many examples as fit, each with its part of the room. */
function examples(bundle: Bundle, longest: number): { text: string; shown: number } {
  const shown: string[] = [];
  let room = longest;
  bundle.examples.forEach((alert, at) => {
    const share = Math.floor(room / (bundle.examples.length - at)) - 2;
    const title = exampleTitle(alert);
    const log = exampleLog(alert, share);
    const text = log === undefined ? title : `${title}\n${log}`;
    if (share < Math.min(text.length, title.length + SHORTEST_LOG)) return;
    shown.push(slackText(text, share));
    room -= (shown.at(-1) as string).length + 2;
  });
  // Once more as a whole, since what one text begins another could end.
  return { text: slackText(shown.join('\n\n'), longest), shown: shown.length };
}

/** Slack wants seconds since 1970. */
function timestamp(at: number): string | undefined {
  return Number.isSafeInteger(at) && at >= 0 ? String(Math.floor(at / 1000)) : undefined;
}
