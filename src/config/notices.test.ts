import { expect, it } from 'vitest';
import { formatDiagnostic } from '../core/diagnostic.ts';
import { createRegistry } from '../destinations/registry.ts';
import { loadConfig } from './load.ts';

const SLACK =
  '<integration><name>slack</name><hook_url>https://hooks.slack.com/a</hook_url></integration>';
const VIRUSTOTAL = '<integration><name>virustotal</name><api_key>k</api_key></integration>';

/** What is said of `notices`, and who is told. */
function load(settings: string, ...blocks: readonly string[]) {
  const texts: Readonly<Record<string, string>> = {
    'ossec.conf': `<ossec_config>${blocks.join('')}</ossec_config>`,
    'i.yaml': settings,
  };
  const { notices, diagnostics } = loadConfig({
    configFile: 'ossec.conf',
    settingsFile: 'i.yaml',
    env: {},
    destinations: createRegistry({ home: '/nowhere' }),
    files: {
      read: (path) => {
        const bytes = Buffer.from(texts[path] ?? '');
        return { ok: true, bytes, truncated: false, mode: 0o600 };
      },
    },
  });
  const said = diagnostics.filter(({ file }) => file === 'i.yaml').map(formatDiagnostic);
  return { notices, said };
}

const ALONE =
  'warning: nobody is told what is wrong with slack itself, such as a key that is no longer valid: name another integration as well';

it('warns where only one integration is told, although there are others', () => {
  expect(load('notices: [slack]\n', SLACK, SLACK)).toEqual({
    notices: ['slack'],
    said: [`i.yaml:1:11: ${ALONE}`],
  });
  expect(load('notices:\n  - slack\n  - slack\n', SLACK, SLACK)).toEqual({
    notices: ['slack'],
    said: [`i.yaml:2:5: ${ALONE}`],
  });
  // What is left of two where one cannot be told.
  const { notices, said } = load('notices: [slack, virustotal]\n', SLACK, SLACK, VIRUSTOTAL);
  expect(notices).toEqual(['slack']);
  expect(said).toEqual([
    `i.yaml:1:11: ${ALONE}`,
    'i.yaml:1:18: error: VirusTotal looks up alerts, and can be told nothing',
  ]);
});

it('does not warn where there are two, none, or no other that could be told', () => {
  expect(load('notices: [slack, "slack#2"]\n', SLACK, SLACK).said).toEqual([]);
  expect(load('notices: []\n', SLACK, SLACK).said).toEqual([]);
  expect(load('notices: [slack]\n', SLACK, VIRUSTOTAL).said).toEqual([]);
});
