/** A message as its service shows it: what is in it for people. */
export interface Card {
  /** How urgent it looks there. */
  readonly tone: 'good' | 'warning' | 'danger' | 'plain';
  /** Above the card. */
  readonly before: string | undefined;
  readonly title: string | undefined;
  readonly text: string | undefined;
  readonly fields: readonly CardField[];
  /** Seconds since 1970. */
  readonly at: number | undefined;
}

export interface CardField {
  readonly title: string;
  readonly value: string;
}

type Json = Readonly<Record<string, unknown>>;

/** What is shown of a message is bounded: nobody reads more. */
const MOST_CARDS = 20;
const MOST_FIELDS = 50;

/** The cards of a message; none where it is not of a kind that services show like that. */
export function cardsOf(body: string): readonly Card[] {
  const json = objectOf(body);
  if (json === undefined) return [];
  const attachments = listOf(json['attachments']);
  if (attachments.length > 0) return attachments.slice(0, MOST_CARDS).map(attachmentCard);
  const incident = json['payload'];
  if (isObject(incident) && typeof incident['summary'] === 'string')
    return [incidentCard(incident)];
  const text = textOf(json['text']);
  return text === undefined ? [] : [{ ...EMPTY, text }];
}

const EMPTY: Card = {
  tone: 'plain',
  before: undefined,
  title: undefined,
  text: undefined,
  fields: [],
  at: undefined,
};

/** Of Slack, and of what understands the same. */
function attachmentCard(attachment: Json): Card {
  const { color, pretext, title, text, fields, ts } = attachment;
  const at = Number(ts);
  return {
    tone: color === 'good' || color === 'warning' || color === 'danger' ? color : 'plain',
    before: textOf(pretext),
    title: textOf(title),
    text: textOf(text),
    fields: listOf(fields)
      .slice(0, MOST_FIELDS)
      .map((field) => ({
        title: textOf(field['title']) ?? '',
        value: textOf(field['value']) ?? '',
      })),
    at: Number.isFinite(at) && at > 0 && at < 1e11 ? at : undefined,
  };
}

const SEVERITIES: Readonly<Record<string, Card['tone']>> = {
  critical: 'danger',
  error: 'danger',
  warning: 'warning',
  info: 'good',
};

/** Of PagerDuty. */
function incidentCard(incident: Json): Card {
  const { summary, severity, source, component, group, class: kind } = incident;
  const facts = { severity, source, component, group, class: kind };
  return {
    ...EMPTY,
    tone: SEVERITIES[String(severity)] ?? 'plain',
    title: String(summary),
    fields: Object.entries(facts).flatMap(([title, value]) => {
      return typeof value === 'string' ? [{ title, value }] : [];
    }),
  };
}

/** Slack writes three characters as it must in its markup. */
function textOf(value: unknown): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  return String(value).replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

function objectOf(body: string): Json | undefined {
  try {
    const json: unknown = JSON.parse(body);
    return isObject(json) ? json : undefined;
  } catch {
    return undefined;
  }
}

function listOf(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A piece of a text with what Slack makes of it. */
export interface TextPart {
  readonly kind: 'plain' | 'strong' | 'em' | 'code';
  readonly text: string;
}

/** A text longer than this is shown as it is. */
const LONGEST_MARKED = 10_000;
/** Marks count at the edges of words, and within a line. */
const MARKED = /(?<![\w*_`])([*_`])(?!\s)([^\n*_`]{1,500})(?<!\s)\1(?![\w*_`])/g;
const KINDS = { '*': 'strong', _: 'em', '`': 'code' } as const;

/** A text in its pieces: `*bold*`, `_italic_` and code. */
export function partsOf(text: string): readonly TextPart[] {
  if (text.length > LONGEST_MARKED) return [{ kind: 'plain', text }];
  const parts: TextPart[] = [];
  let done = 0;
  for (const { 0: whole, 1: mark, 2: inner = '', index } of text.matchAll(MARKED)) {
    if (index > done) parts.push({ kind: 'plain', text: text.slice(done, index) });
    parts.push({ kind: KINDS[mark as keyof typeof KINDS], text: inner });
    done = index + whole.length;
  }
  if (done < text.length) parts.push({ kind: 'plain', text: text.slice(done) });
  return parts;
}
