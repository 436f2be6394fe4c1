import type { Report } from './report.ts';

/** What manuals and templates write where a value of one's own belongs. */
const PLACEHOLDERS: readonly RegExp[] = [
  /<[A-Z][A-Z\d_ -]*>/,
  /&lt;[A-Z][A-Z\d_ -]*&gt;/,
  /\bYOUR(?:[-_ ][A-Z\d]+)+|\bYOUR(?:API)?(?:KEY|TOKEN|WEBHOOK)\b/,
  /\byour[-_](?:api|web|hook|key|token|secret|url|password|integration|slack|own)[\w-]*/i,
  /X{4,}|x{8,}/,
  /\b(?:CHANGE_?ME|REPLACE_?ME|REPLACE_WITH\w*)\b/i,
  /^(?:API_?KEY|WEBHOOK(?:_URL)?|HOOK_URL|TOKEN|KEY|SECRET)$/,
];
/** Looks like a reference and is none. */
const VARIABLE = /\$\{([A-Za-z_]\w*)\}/;

/**
 * Warns of a placeholder that was never replaced by a value.
 * @param where the option, as messages name it: `<api_key>`
 */
export function checkPlaceholder(
  text: string,
  where: string,
  offset: number,
  report: Report,
): void {
  const variable = VARIABLE.exec(text)?.[1];
  if (variable !== undefined) {
    const message = `${where} contains \${${variable}}, which nothing replaces`;
    report.warning(offset, `${message}; write \${env:${variable}} for an environment variable`);
    return;
  }
  for (const placeholder of PLACEHOLDERS) {
    const found = placeholder.exec(text.trim())?.[0];
    if (found === undefined) continue;
    const shown = found.length > 40 ? `${found.slice(0, 40)}…` : found;
    const message = `${where} still contains the placeholder ${shown}`;
    report.warning(offset, `${message}: replace it with your own value`);
    return;
  }
}
