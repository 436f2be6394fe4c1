import { expect, it } from 'vitest';
import { planText } from '../core/canary.ts';
import { createRegistry } from '../destinations/registry.ts';
import type { Files } from './files.ts';
import { loadConfig } from './load.ts';

const OSSEC = `<ossec_config>
  <integration><name>slack</name><hook_url>https://hooks.slack.com/a</hook_url></integration>
  <integration><name>virustotal</name><api_key>k</api_key></integration>
</ossec_config>`;

const JIRA = `
    type: jira
    hook_url: https://jira.example.com
    api_key: user:key
    project: SOC`;

/** The plans and the errors of a settings file. */
function load(settings: string) {
  const texts: Readonly<Record<string, string>> = { 'ossec.conf': OSSEC, 'i.yaml': settings };
  const files: Files = {
    read: (path) => {
      const bytes = Buffer.from(texts[path] ?? '');
      return { ok: true, bytes, truncated: false, mode: 0o600 };
    },
  };
  const destinations = createRegistry({ home: '/nowhere' });
  const sources = {
    configFile: 'ossec.conf',
    settingsFile: 'i.yaml',
    env: {},
    destinations,
    files,
  };
  const { canaries, diagnostics } = loadConfig(sources);
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  return {
    plans: Object.fromEntries([...canaries].map(([id, plan]) => [id, planText(plan)])),
    errors: errors.map(({ message }) => message),
  };
}

it('is for no integration unless it is set', () => {
  expect(load('')).toEqual({ plans: {}, errors: [] });
});

it('is for all that tell people, and for tickets only where their own entry says so', () => {
  const all = 'canary: { at: "6:05", zone: Europe/Berlin }\n';
  expect(load(`${all}integrations:\n  jira:${JIRA}`)).toEqual({
    plans: { slack: '06:05 Europe/Berlin' },
    errors: [],
  });
  expect(
    load(`${all}integrations:\n  jira:${JIRA}\n    canary: { at: "07:00", zone: UTC }`).plans,
  ).toEqual({
    slack: '06:05 Europe/Berlin',
    jira: '07:00 UTC',
  });
});

it('is for all but those that say no, or for one alone', () => {
  const all = 'canary: { at: "06:00", zone: UTC }\n';
  expect(load(`${all}integrations: { slack: { canary: false } }`).plans).toEqual({});
  expect(load('integrations: { slack: { canary: { at: "23:59", zone: UTC } } }').plans).toEqual({
    slack: '23:59 UTC',
  });
});

it.each([
  ['canary: { at: "25:00" }', 'canary.at: must be a time of the day in quotes, such as "06:00"'],
  ['canary: { at: "24:00" }', 'canary.at: must be a time of the day in quotes, such as "06:00"'],
  // 21:00 without quotes is a number to some readers of YAML, and a text to others.
  ['canary: { at: 360 }', 'canary.at: '],
  ['canary: { at: "06:00", zone: Berlin }', 'did you mean Europe/Berlin?'],
  ['canary: { at: "06:00", zones: UTC }', 'unknown key'],
  ['integrations: { slack: { canary: true } }', 'must be a time, as { at: "06:00" }, or false'],
  [
    'integrations: { virustotal: { canary: { at: "06:00" } } }',
    'VirusTotal looks up alerts, and a test alert has nothing to look up: remove canary',
  ],
])('says what is wrong with %s, and sends none', (settings, message) => {
  const { plans, errors } = load(settings);
  expect(errors).toEqual([expect.stringContaining(message)]);
  expect(plans).toEqual({});
});
