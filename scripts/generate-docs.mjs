// Writes the parts of the documentation that are generated from the code: what stands between
// `<!-- generated: NAME -->` and `<!-- end -->`. Run by `npm run docs`, after a build.
import './node-version.cjs';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

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

const PLACES = {
  hook_url: '`<hook_url>`',
  api_key: '`<api_key>`',
  options: '`<options>`',
  settings: '`integratord.yaml`',
};

/** The table of a destination's own settings. */
export function settingsTable(settings) {
  const rows = settings.flatMap(
    ({ name, place, description, isRequired, secret, isOpen, schema }) => {
      const notes = [isRequired && 'required', secret && 'secret'].filter(Boolean).join(', ');
      const where = place === 'options' && isOpen ? 'all of `<options>`' : PLACES[place];
      return [
        `| \`${name}\` | ${where} | ${notes} | ${description} |`,
        ...parts(schema).map(([part, about]) => `| · \`${part}\` | | | ${about} |`),
      ];
    },
  );
  return ['| setting | with a block of `ossec.conf` | | what it is |', '|---|---|---|---|', ...rows]
    .join('\n')
    .replaceAll('|  |', '| |');
}

/** The keys of a setting that is a mapping, and what they mean. */
function parts(schema) {
  const inner = schema.def.innerType ?? schema;
  if (inner.def.type !== 'object') return [];
  return Object.entries(inner.shape).map(([name, part]) => [name, part.description ?? '']);
}

/** The table of metrics. */
export function metricsTable(prefix, metrics) {
  const rows = Object.entries(metrics).map(([name, { type, labels, help }]) => {
    const named = labels.map((label) => `\`${label}\``).join(', ');
    return `| \`${prefix}${name}\` | ${type} | ${named} | ${help} |`.replaceAll('|  |', '| |');
  });
  return ['| metric | type | labels | what it is |', '|---|---|---|---|', ...rows].join('\n');
}

/** A page with the text of one generated part replaced. Throws when the page has no such part. */
export function withGenerated(page, name, text) {
  const begin = `<!-- generated: ${name} -->`;
  const start = page.indexOf(begin);
  const end = page.indexOf('<!-- end -->', start);
  if (start < 0 || end < 0) throw new Error(`no generated part '${name}'`);
  return `${page.slice(0, start + begin.length)}\n\n${text}\n\n${page.slice(end)}`;
}

/** Every generated file: its path below the repository, and what it must hold. */
export async function generated(root, load) {
  const { LOG_CATALOGUE } = await load('core/log-catalogue');
  const { settingsOf } = await load('core/destination-settings');
  const { settingsJsonSchema } = await load('config/json-schema');
  const { METRIC_PREFIX, METRICS } = await load('telemetry/metric-names');
  const { manPage } = await load('cli/man-page');
  const { createRegistry, DEFINITIONS } = await load('destinations/registry');
  const { builtins } = createRegistry({ home: root });
  const page = (path, name, text) => [
    path,
    withGenerated(readFileSync(join(root, path), 'utf8'), name, text),
  ];
  return [
    page('docs/operating.md', 'log messages', logMessages(LOG_CATALOGUE)),
    page('docs/monitoring.md', 'metrics', metricsTable(METRIC_PREFIX, METRICS)),
    ...DEFINITIONS.map(({ name, settings }) =>
      page(`docs/integrations/${name}.md`, 'settings', settingsTable(settingsOf(settings))),
    ),
    ['contrib/man/integratord.1', await manPage()],
    ['docs/integratord.schema.json', `${JSON.stringify(settingsJsonSchema(builtins), null, 2)}\n`],
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const load = (name) => import(`../dist/${name}.js`);
  for (const [path, text] of await generated(root, load)) writeFileSync(join(root, path), text);
}
