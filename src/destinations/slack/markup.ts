import { CUT_MARK, cut } from '../sdk/index.ts';

/** Invisible characters that could hide what follows a `<`. */
const UNSEEN = '[\\s\\p{C}\\p{Z}\\p{M}\\u115f\\u1160\\u3164\\uffa0]*';

/**
 * What follows the `<` of a mention of people or groups (`<@U…>`, `<!subteam^…>`, `<!channel>`), of a
 * channel (`<#C…>`), or of a link (`<https://…>`).
 */
const CONTROL = new RegExp(
  `^${UNSEEN}(?:[!@#\\uff01\\uff03\\uff20]|//|www\\.|[a-z][a-z0-9+.-]*${UNSEEN}:)`,
  'iu',
);

/**
 * Text from an alert that can neither ping anyone nor forge a link in Slack: the `<` of a control
 * sequence, and of anything that hides behind a label (`<target|label>`), becomes `&lt;`, which Slack
 * shows as `<`. All other text stays as it is, `&`, `>` and `*` included, because the reference sends
 * it like that. Takes linear time for any text.
 */
export function neutralised(text: string): string {
  const parts = text.split('<');
  let safe = '';
  let hasLabel = false;
  // From the end, since an inner `<` that is escaped no longer ends what an outer one begins.
  for (const part of parts.slice(1).reverse()) {
    const inside = part.split('>', 1)[0] as string;
    hasLabel = inside.includes('|') || (inside === part && hasLabel);
    const isControl = hasLabel || CONTROL.test(part);
    safe = (isControl ? '&lt;' : '<') + part + safe;
    if (!isControl) hasLabel = false;
  }
  return (parts[0] ?? '') + safe;
}

/** Neutralised text of at most `longest` characters, cut neither in a character nor in a `&lt;`. */
export function slackText(text: string, longest: number): string {
  // Neutralising only makes text longer, so what lies beyond the limit need not be looked at.
  const safe = neutralised(text.length > longest ? text.slice(0, longest + 1) : text);
  if (safe.length <= longest) return safe;
  const short = cut(safe, longest);
  return short.slice(0, -CUT_MARK.length).replace(/&(?:l|lt)?$/, '') + CUT_MARK;
}
