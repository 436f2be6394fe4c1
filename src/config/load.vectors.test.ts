import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { configDestinations } from '../../test/support/config-destinations.ts';
import type { JsonObject } from '../alert/json.ts';
import type { Diagnostic } from '../core/diagnostic.ts';
import type { Files } from './files.ts';
import { loadConfig } from './load.ts';

const vectors = new URL('../../test/fixtures/conformance/', import.meta.url);

/** One case that was run through the reference. */
interface Row {
  readonly case: string;
  readonly conf: string;
  readonly check_exit: 0 | 1;
  readonly getconfig?: JsonObject;
}

const rows = readFileSync(new URL('config.jsonl', vectors), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Row);

const destinations = configDestinations();

function load(conf: string) {
  const content = { ok: true, bytes: Buffer.from(conf), truncated: false, mode: 0o640 } as const;
  const files: Files = { read: () => content };
  return loadConfig({
    configFile: 'ossec.conf',
    settingsFile: undefined,
    env: {},
    destinations,
    files,
  });
}

/** Refused by the reference for the weakness of its reader alone; read here, with a warning. */
const READ_HERE = new Map<string, readonly JsonObject[]>([
  ['whitespace_value', [effective({ name: ' custom-a ', level: 3 })]],
  ['cdata', [effective({ name: 'custom-a', hook_url: 'http://x/?a=1&b=2' })]],
  ['options_lt', [effective({ name: 'custom-a' })]],
  ['space_in_tag', [effective({ name: 'custom-a' })]],
]);

/** Accepted by the reference in silence although it cannot do what was meant; warned of here. */
const WARNED_OF = new Set(
  `alert_format_xml rule_ids_alpha rule_ids options_invalid newline_value invalid_name
   integration_nested_unknown slack_no_hook maltiverse_no_key group_spaces group_twice
   level_twice timeout_zero lt_entity attr_on_integration attr_on_option space_value
   group_armor docs_example`.split(/\s+/),
);

function bySeverity(diagnostics: readonly Diagnostic[], severity: Diagnostic['severity']) {
  return diagnostics.filter((diagnostic) => diagnostic.severity === severity);
}

function effective(settings: JsonObject): JsonObject {
  return { level: 0, max_log: 165, timeout: 10, retries: 3, ...settings };
}

describe('the reference on whole configurations', () => {
  it('has as many cases as expected', () => {
    expect(rows).toHaveLength(53);
    expect(rows.filter((row) => row.check_exit === 0)).toHaveLength(39);
    const cases = new Set(rows.map((row) => row.case));
    expect([...READ_HERE.keys(), ...WARNED_OF].filter((name) => !cases.has(name))).toEqual([]);
  });

  it.each(rows)('$case: every message has a place', ({ conf }) => {
    const lines = conf.split('\n');
    for (const { file, line, column } of load(conf).diagnostics) {
      expect(file).toBe('ossec.conf');
      expect(line).toBeLessThanOrEqual(lines.length);
      expect(column).toBeLessThanOrEqual((lines[line - 1] ?? '').length + 1);
    }
  });

  it.each(rows.filter((row) => row.check_exit === 0))('$case is accepted', (row) => {
    const { integrations, diagnostics, fatal } = load(row.conf);
    expect(fatal).toBe(false);
    expect(bySeverity(diagnostics, 'error')).toEqual([]);
    expect(bySeverity(diagnostics, 'warning').length > 0).toBe(WARNED_OF.has(row.case));
    // As text, so that the order of the keys is compared, too.
    const settings = { integration: integrations.map((loaded) => loaded.getconfig()) };
    expect(JSON.stringify(settings)).toBe(JSON.stringify(row.getconfig ?? { integration: [] }));
  });

  const refused = rows.filter((row) => row.check_exit === 1 && !READ_HERE.has(row.case));
  it.each(refused)('$case is refused', ({ conf }) => {
    const { integrations, diagnostics } = load(conf);
    expect(bySeverity(diagnostics, 'error')).not.toEqual([]);
    expect(integrations).toEqual([]);
  });

  it.each([...READ_HERE])('%s is read here', (name, settings) => {
    const conf = rows.find((row) => row.case === name)?.conf ?? '';
    const { integrations, diagnostics } = load(conf);
    expect(bySeverity(diagnostics, 'error')).toEqual([]);
    expect(bySeverity(diagnostics, 'warning')).not.toEqual([]);
    expect(integrations.map((loaded) => loaded.getconfig())).toEqual(settings);
  });

  it.each([
    ['xml_decl', '<?xml version="1.0" encoding="UTF-8"?>\n<ossec_config></ossec_config>', 1],
    ['no_integrations', '<ossec_config>\n<global/>\n</ossec_config>\n', 0],
    ['no_integrations', '<!-- nothing -->\n', 1],
    [
      'level_17',
      '<ossec_config><integration><name>custom-a</name><level>17</level></integration></ossec_config>',
      1,
    ],
  ])('%s is accepted', (_, conf, warnings) => {
    const { diagnostics, fatal } = load(conf);
    expect(fatal).toBe(false);
    expect(diagnostics.map(({ severity }) => severity)).toEqual(Array(warnings).fill('warning'));
  });

  it('makes the same of the configuration of the filter vectors', () => {
    const { integrations, diagnostics } = load(
      readFileSync(new URL('filters/ossec.conf', vectors), 'utf8'),
    );
    const wanted = JSON.parse(
      readFileSync(new URL('filters/effective-config.json', vectors), 'utf8'),
    ) as { integration: JsonObject[] };
    expect(wanted.integration).toHaveLength(80);
    expect(integrations.map((loaded) => loaded.getconfig())).toEqual(wanted.integration);
    expect(integrations.every(({ unusable }) => unusable === undefined)).toBe(true);
    expect(bySeverity(diagnostics, 'error')).toEqual([]);
  });
});
