import { describe, expect, it } from 'vitest';
import type { FileContent, Files } from './files.ts';
import { loadConfig } from './load.ts';

const builtins = [
  { name: 'slack', requires: ['hook_url'] },
  { name: 'pagerduty', requires: ['api_key'] },
] as const;

/** One block, and what the settings say of the integration `slack`. */
function load(block: string, settings?: string) {
  const conf = `<ossec_config><integration>${block}</integration></ossec_config>`;
  const yaml = settings === undefined ? '' : `integrations: { slack: { ${settings} } }\n`;
  const files: Files = {
    read: (path): FileContent => {
      const bytes = Buffer.from(path === 'ossec.conf' ? conf : yaml);
      return { ok: true, bytes, truncated: false, mode: 0o640 };
    },
  };
  const sources = { configFile: 'ossec.conf', settingsFile: 'integratord.yaml', env: {}, builtins };
  const { integrations, diagnostics } = loadConfig({ ...sources, files });
  return {
    integration: integrations[0]?.integration,
    messages: diagnostics.map(({ message }) => message),
  };
}

const SLACK = '<name>slack</name><hook_url>https://h/x</hook_url>';

describe('the dialect of a block', () => {
  it.each<[string, string, boolean]>([
    ['slack alone', SLACK, true],
    ['with max_log, which Wazuh 2 has', `${SLACK}<max_log>200</max_log>`, true],
    ['pagerduty', '<name>pagerduty</name><api_key>k</api_key>', true],
    ['pagerdty', '<name>pagerdty</name><api_key>k</api_key>', true],
    ['with alert_format', `${SLACK}<alert_format>json</alert_format>`, false],
    ['with options', `${SLACK}<options>{}</options>`, false],
    ['with timeout', `${SLACK}<timeout>5</timeout>`, false],
    ['with retries', `${SLACK}<retries>5</retries>`, false],
    ['a script', '<name>custom-x</name>', false],
  ])('may be that of Wazuh 2: %s', (_, block, expected) => {
    expect(load(block).integration?.isEarly ?? false).toBe(expected);
  });

  it('is the one in the settings, without a warning', () => {
    const group = (text: string) => `${SLACK}<group>${text}</group>`;
    expect(load(group('a,|b')).messages).toHaveLength(1);
    const pattern = load(group('a,|b'), 'group_dialect: sregex');
    expect(pattern.messages).toEqual([]);
    expect(pattern.integration?.settings).toMatchObject({ groupDialect: 'sregex' });
    const list = load(group('a,|b,'), 'group_dialect: exact');
    expect(list.messages).toEqual([expect.stringContaining('| does not separate groups')]);
  });

  it('of locations causes a warning when hosts are not compared', () => {
    const block = `${SLACK}<event_location>^(web-01)</event_location>`;
    const modern = `${block}<alert_format>json</alert_format>`;
    expect(load(block).messages).toEqual([]);
    expect(load(modern).messages).toEqual([expect.stringContaining('location_dialect: full')]);
    expect(load(modern, 'location_dialect: full').messages).toEqual([]);
    expect(load(block, 'location_dialect: json').messages).toHaveLength(1);
  });

  it('has two names only', () => {
    const { messages } = load(SLACK, 'group_dialect: regex');
    expect(messages).toEqual([expect.stringContaining('group_dialect')]);
  });
});
