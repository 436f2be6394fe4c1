// Writes the parts of the documentation that are generated from the code: what stands between
// `<!-- generated: NAME -->` and `<!-- end -->`. Run by `npm run docs`, after a build.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const OPERATING = fileURLToPath(new URL('../docs/operating.md', import.meta.url));

/** The table of log messages, the worst first. */
export function logMessages(catalogue) {
  const levels = ['error', 'warn', 'info'];
  const rows = Object.entries(catalogue)
    .toSorted(([, one], [, other]) => levels.indexOf(one.level) - levels.indexOf(other.level))
    .map(([message, { level, meaning, action = '' }]) =>
      `| \`${message}\` | ${level} | ${meaning} | ${action} |`.replaceAll(' |  |', ' | |'),
    );
  return ['| message | level | meaning | what to do |', '|---|---|---|---|', ...rows].join('\n');
}

/** A page with the text of one generated part replaced. Throws when the page has no such part. */
export function withGenerated(page, name, text) {
  const begin = `<!-- generated: ${name} -->`;
  const start = page.indexOf(begin);
  const end = page.indexOf('<!-- end -->', start);
  if (start < 0 || end < 0) throw new Error(`no generated part '${name}'`);
  return `${page.slice(0, start + begin.length)}\n\n${text}\n\n${page.slice(end)}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { LOG_CATALOGUE } = await import('../dist/core/log-catalogue.js');
  const page = readFileSync(OPERATING, 'utf8');
  writeFileSync(OPERATING, withGenerated(page, 'log messages', logMessages(LOG_CATALOGUE)));
}
