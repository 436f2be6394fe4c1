import { describe, expect, it } from 'vitest';
import { configDestinations } from '../../test/support/config-destinations.ts';
import type { Files } from './files.ts';
import { loadConfig } from './load.ts';

const destinations = configDestinations();

function messages(root: string, yaml = ''): string[] {
  const files: Files = {
    read: (path) => {
      const bytes = Buffer.from(
        path === 'ossec.conf' ? `<ossec_config>${root}</ossec_config>` : yaml,
      );
      return { ok: true, bytes, truncated: false, mode: 0o640 };
    },
  };
  const { diagnostics } = loadConfig({
    configFile: 'ossec.conf',
    settingsFile: 'integratord.yaml',
    env: {},
    destinations,
    files,
  });
  return diagnostics.map(({ severity, message }) => `${severity} ${message}`);
}
const script = (options: string) =>
  messages(`<integration><name>custom-a</name>${options}</integration>`);

describe('spaces in what a script gets', () => {
  it('are told of with the arguments that they shift', () => {
    expect(script('<api_key>user pass word</api_key>')).toEqual([
      'warning <api_key> contains 2 spaces, so the script gets it as arguments 2 to 4, and <hook_url> ' +
        'as argument 5 rather than 3; write "\\ " for a space that belongs to the value',
    ]);
    expect(script('<hook_url>/a b</hook_url>')[0]).toContain(
      'options file as argument 6 rather than 5',
    );
    expect(script('<api_key>a\\ b</api_key>')).toEqual([]);
    const backslash = 'integrations: { a: { type: custom-a, api_key: "a\\\\" } }';
    expect(messages('<x/>', backslash)[0]).toContain('ends with a backslash');
    const yaml = 'integrations: { a: { type: custom-a, api_key: a b } }';
    expect(messages('<x/>', yaml)[0]).toContain('as arguments 2 to 3');
  });

  it('do no harm elsewhere', () => {
    const url = '<hook_url>https://h.test/a b</hook_url>';
    expect(messages(`<integration><name>slack</name>${url}</integration>`)).toEqual([]);
  });
});

describe('placeholders', () => {
  it.each([
    ['<api_key>YOUR_API_KEY</api_key>', 'YOUR_API_KEY'],
    ['<api_key>your-token-here</api_key>', 'your-token-here'],
    ['<api_key>XXXX</api_key>', 'XXXX'],
    ['<api_key>API_KEY</api_key>', 'API_KEY'],
    ['<hook_url>https://hooks.slack.com/services/T0/B0/XXXXXXXX</hook_url>', 'XXXXXXXX'],
    ['<options>{"chat_id": "CHANGE_ME"}</options>', 'CHANGE_ME'],
    ['<api_key>${TOKEN}</api_key>', '${env:TOKEN}'],
  ])('%s is one', (option, shown) => {
    const found = script(option);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(shown);
  });

  it.each([
    '<api_key>xoxb-1234-abcXXXdef</api_key>',
    '<hook_url>https://api.key.test/your/path</hook_url>',
    '<api_key>MYKEY</api_key>',
    '<options>{"text": "your alert"}</options>',
  ])('%s is none', (option) => {
    expect(script(option)).toEqual([]);
  });

  it('twice in angle brackets are told of as what they are', () => {
    const [message, ...rest] = script('<hook_url>https://h.test/<KEY>/x/<KEY></hook_url>');
    expect(rest).toEqual([]);
    expect(message).toMatch(
      /^error the < here begins a tag inside <hook_url>.*placeholder such as <KEY>/,
    );
    expect(script('<api_key><YOUR KEY></api_key>')[0]).toContain('placeholder such as <KEY>');
  });

  it('are found in integratord.yaml', () => {
    const yaml = 'integrations: { s: { type: slack, hook_url: "https://h.test/<TOKEN>" } }';
    expect(messages('<x/>', yaml)[0]).toContain('the placeholder <TOKEN>');
  });
});

describe('other mistakes', () => {
  it('shows text that nothing reads, but no address or key that may be in it', () => {
    expect(script('only level 7 <level>7</level>')[0]).toContain(
      'this text is ignored: "only level 7"',
    );
    const found = script('https://h.test/a-secret-path <level>7</level>').join();
    expect(found).toContain('"http…"');
    expect(found).not.toContain('secret');
  });

  it.each(['100-200', '100 - 200', '100..200', '5700,5710-5720'])('knows the range %s', (ids) => {
    expect(script(`<rule_id>${ids}</rule_id>`)[0]).toContain('ranges are not supported');
  });

  it('knows typographic quotes', () => {
    expect(script('<group>“sshd”</group>')[0]).toContain('typographic quotes');
    expect(script('<options>{“a”: 1}</options>')[0]).toContain('typographic quotes');
    expect(script('<options>{"a": "“quoted”"}</options>')).toEqual([]);
  });

  it.each(['integrations', 'intergration', 'Integration'])(
    'knows <%s> for <integration>',
    (name) => {
      const found = messages(`<${name}><name>slack</name></${name}>`);
      expect(found).toEqual([expect.stringMatching(/^error .*did you mean <integration>/)]);
    },
  );
});
