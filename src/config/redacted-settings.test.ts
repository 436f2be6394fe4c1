import { describe, expect, it } from 'vitest';
import { createRegistry } from '../destinations/registry.ts';
import { redactSettings, restoreSettings } from './redacted-settings.ts';

const { builtins: destinations } = createRegistry({ home: '/nowhere' });
const redact = (text: string, secrets: string[] = []) =>
  redactSettings(text, { secrets, destinations });

const TEXT = `# old: https://hooks.slack.com/services/T0/B0/oldsecret and api_key: abc123def
integrations:
  slack-token:
    type: slack
    hook_url: https://hooks.slack.com/services/T0/B0/x1y2 # token=zz99zz99zz, then a word
    only: { level: 7-11, agents: [web*] }
  pager: { type: pagerduty, api_key: 'k-"1', retries: 2 }
  custom-x:
    type: custom-x
    hook_url: \${file:/etc/secret}
    api_key: x\${env:KEY}
    options:
      note: plain
      password: |
        line one
        line two
      headers: [{ name: Authorization, value: Basic Zm9v }, { name: Accept, value: all }]
      pin: 4711
  jira: { type: jira, project: SEC, note: known-secret-1 }
times: { office: { hours: 08:00-18:00 } }
`;

describe('a settings file that is shown', () => {
  it('has none of its secrets, whatever they are called and however they are written', () => {
    expect(redact(TEXT, ['known-secret-1'])?.text).toBe(
      `# old: https://hooks.slack.com/[redacted] and api_key: [redacted]
integrations:
  slack-token:
    type: slack
    hook_url: "[redacted]" # token=[redacted]
    only: { level: 7-11, agents: [web*] }
  pager: { type: pagerduty, api_key: "[redacted]", retries: 2 }
  custom-x:
    type: custom-x
    hook_url: \${file:/etc/secret}
    api_key: "[redacted]"
    options:
      note: plain
      password: "[redacted]"


      headers: [{ name: Authorization, value: "[redacted]" }, { name: Accept, value: all }]
      pin: 4711
  jira: { type: jira, project: SEC, note: "[redacted]" }
times: { office: { hours: 08:00-18:00 } }
`,
    );
  });

  it('hides what a destination calls a secret, aliases, and keys that are known secrets', () => {
    const text = `integrations:
  one: { type: slack, hook_url: &hook https://x.example/abc }
  two: { type: slack, hook_url: *hook }
  three: { type: script, options: { "https://u:pw12345@h.example": 1, secret-key-xyz: 2 } }
`;
    const shown = redact(text, ['secret-key-xyz'])?.text ?? '';
    expect(shown).not.toMatch(/abc|secret-key-xyz/);
    expect(shown).toContain('&hook "[redacted]"');
  });

  it('hides addresses with an account, and words of a scheme, under any name', () => {
    const text = 'integrations: { a: { type: x, options: { url: "https://me:pa55word@h/" } } }\n';
    expect(redact(text)?.text).not.toContain('pa55word');
  });

  it('is not shown where it is no YAML', () => {
    expect(redact('a: [1, 2\nhook_url: https://x/secret')).toBeUndefined();
    expect(redact('a: 1\na: 2')).toBeUndefined();
  });

  it('keeps an empty file and one of comments', () => {
    expect(redact('')?.text).toBe('');
    expect(redact('# nothing yet\n')?.text).toBe('# nothing yet\n');
  });
});

describe('a text that was changed', () => {
  const shown = redact(TEXT, ['known-secret-1']);
  if (shown === undefined) throw new Error('it is YAML');
  const { text, kept } = shown;

  it('means what the file does where nothing was changed', () => {
    const restored = restoreSettings(text, kept).text;
    expect(redact(restored, ['known-secret-1'])?.kept).toEqual(kept);
    expect(restored).toContain('hook_url: "https://hooks.slack.com/services/T0/B0/x1y2"');
    expect(restored).toContain(`api_key: ${JSON.stringify('k-"1')}, retries: 2`);
    expect(restored).toContain('password: "line one\\nline two\\n"');
  });

  it('gets no secret anywhere but where it stood', () => {
    const moved = `integrations:
  slack-token: { type: slack, hook_url: "[redacted]", when: "[redacted]" }
  other: { type: slack, hook_url: "[redacted]" }
times: { "[redacted]": {} }
`;
    const restored = restoreSettings(moved, kept).text;
    expect(restored.match(/x1y2/g)).toHaveLength(1);
    expect(restored).toContain('when: "[redacted]"');
    expect(restored).toContain('other: { type: slack, hook_url: "[redacted]" }');
  });

  it('is given the places of mistakes as it has them', () => {
    const changed = text.replace('retries: 2', 'retries: x').replace('level: 7-11', 'level: y');
    const result = restoreSettings(changed, kept);
    const restored = result.text;
    const place = (whole: string, part: string) => {
      const before = whole.slice(0, whole.indexOf(part)).split('\n');
      return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
    };
    for (const part of ['retries: x', 'level: y', 'project: SEC', 'pager:']) {
      expect(result.placeOf(place(restored, part))).toEqual(place(changed, part));
    }
    const inside = place(restored, 'k-\\');
    expect(result.placeOf(inside)).toEqual(place(changed, '"[redacted]", retries'));
  });

  it('gets no secret that it would repeat elsewhere by an anchor', () => {
    const repeated = `integrations:
  slack-token: { type: slack, hook_url: &s "[redacted]" }
silences: [{ name: *s }]
`;
    expect(restoreSettings(repeated, kept).text).toBe(repeated);
  });

  it('is left as it is where it is no YAML any more', () => {
    expect(restoreSettings('a: [', kept).text).toBe('a: [');
  });
});
