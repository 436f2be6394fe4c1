import { describe, expect, it } from 'vitest';
import { configDestinations } from '../../test/support/config-destinations.ts';
import { loadConfig } from './load.ts';

function load(
  yaml: string,
  conf = '<ossec_config></ossec_config>',
  env: Record<string, string> = {},
) {
  const loaded = loadConfig({
    configFile: 'ossec.conf',
    settingsFile: 'integratord.yaml',
    env,
    destinations: configDestinations(),
    files: {
      read: (path) => ({
        ok: true,
        bytes: Buffer.from(path === 'ossec.conf' ? conf : yaml),
        truncated: false,
        mode: 0o640,
      }),
    },
  });
  return {
    ...loaded,
    messages: loaded.diagnostics.map(
      ({ file, severity, line, column, message }) =>
        `${file}:${line}:${column} ${severity} ${message}`,
    ),
  };
}

const ids = ({ integrations }: ReturnType<typeof load>) =>
  integrations.map(({ integration }) => integration.id);

describe('an integration with a type', () => {
  it('is what a block of the same settings would be', () => {
    const fromYaml = load(`integrations:
  room:
    type: slack
    hook_url: https://h/s
    level: 7
    rule_id: [5712, "5713"]
    group: [sshd, web]
    event_location: auth
    timeout: 20
    retries: 1
    options: { pretext: x }
    concurrency: 2
`);
    const fromConf = load(
      'integrations: { slack: { concurrency: 2 } }',
      `<ossec_config><integration><name>slack</name><hook_url>https://h/s</hook_url><level>7</level>
       <rule_id>5712,5713</rule_id><group>sshd,web</group><event_location>auth</event_location>
       <timeout>20</timeout><retries>1</retries><options>{"pretext":"x"}</options>
       </integration></ossec_config>`,
    );
    expect(fromYaml.messages).toEqual([]);
    expect(fromConf.messages).toEqual([]);
    const [yaml, conf] = [fromYaml, fromConf].map(({ integrations }) => integrations[0]);
    expect(yaml?.getconfig()).toEqual(conf?.getconfig());
    expect(yaml?.unusable).toBeUndefined();
    expect(yaml?.integration).toMatchObject({
      id: 'room',
      name: 'slack',
      isOurs: true,
      options: { pretext: 'x' },
      settings: { concurrency: 2 },
      source: { file: 'integratord.yaml', line: 2, column: 3 },
    });
    expect(yaml?.integration.optionsText?.reveal()).toBe('{"pretext":"x"}');
  });

  it('has the settings of its destination under their own names', () => {
    const { integrations, messages } = load(
      'integrations: { t: { type: jira, hook_url: https://j, api_key: a:b, project: SEC, labels: [soc] } }',
    );
    expect(messages).toEqual([]);
    expect(integrations[0]?.integration.options).toEqual({ project: 'SEC', labels: ['soc'] });
    expect(integrations[0]?.unusable).toBeUndefined();
  });

  it('can be a script', () => {
    const { integrations, messages } = load(
      'integrations: { s: { type: custom-a, api_key: k, alert_format: json, options: { a: 1 } } }',
    );
    expect(messages).toEqual([]);
    expect(integrations[0]?.resolution.destination?.title).toBe('Script');
    expect(integrations[0]?.integration).toMatchObject({ name: 'custom-a', alertFormat: 'json' });
  });

  it('resolves references in every text, and learns the secrets', () => {
    const yaml =
      'integrations: { t: { type: pagerduty, api_key: "${env:KEY}", options: { client: "${env:ME}" } } }';
    const { integrations, secrets, messages } = load(yaml, undefined, {
      KEY: 's3cr3t',
      ME: 'me12',
    });
    expect(messages).toEqual([]);
    expect(integrations[0]?.integration.apiKey?.reveal()).toBe('s3cr3t');
    expect(integrations[0]?.integration.options).toEqual({ client: 'me12' });
    expect(secrets).toEqual(expect.arrayContaining(['s3cr3t', 'me12']));
    const without = load(yaml);
    expect(without.integrations[0]?.unusable).toMatchObject({ kind: 'missing_secret' });
    expect(without.messages[0]).toContain('error the environment variable KEY is not set');
  });

  it.each([
    ['{ type: slack }', 'warning this integration cannot run: slack needs <hook_url>', true],
    [
      '{ type: slack, hook_url: nowhere }',
      'warning this integration cannot run: <hook_url> must be',
      true,
    ],
    [
      '{ type: slak, hook_url: https://h }',
      'error no integration is called "slak"; did you mean slack?',
      false,
    ],
    ['{ type: 5 }', 'error type must be the name of a destination', false],
    ['{ type: slack, hook_url: https://h, level: high }', 'level: must be a number', false],
    ['{ type: slack, hook_url: https://h, level: 17 }', 'level: must be at most 16', false],
    [
      '{ type: slack, hook_url: https://h, hook_ur: x }',
      'unknown key "hook_ur"; did you mean hook_url?',
      false,
    ],
    [
      '{ type: slack, hook_url: https://h, skip_rules: [1] }',
      'skip_rules is not a setting of Slack',
      false,
    ],
    ['{ type: slack, hook_url: https://h, concurrency: x }', 'concurrency: must be a number', true],
    [
      '{ type: jira, hook_url: https://h, api_key: k, issue_type: 5, project: S }',
      'must be the name of an issue type',
      true,
    ],
    [
      '{ type: slack, hook_url: https://h, options: { usernmae: x } }',
      'warning <options> has "usernmae"; did you mean username?',
      true,
    ],
  ])('%s: %s', (entry, message, isThere) => {
    const loaded = load(`integrations: { x: ${entry} }`);
    expect(loaded.messages).toEqual([expect.stringContaining(message)]);
    expect(loaded.messages[0]).toMatch(/^integratord\.yaml:1:\d+ (?:error|warning) /);
    expect(ids(loaded)).toEqual(isThere ? ['x'] : []);
  });

  it.each([
    ['project: [5], level: 7', 'its setting project is wrong or missing'],
    ['level: 7', 'its setting project is wrong or missing'],
    ['project: S, issue_type: 5, level: 7', 'its setting issue_type is wrong or missing'],
  ])('keeps its filters when only settings of its own are wrong: %s', (own, reason) => {
    const yaml = `integrations: { t: { type: jira, hook_url: https://h, api_key: k, ${own} } }`;
    const { integrations, messages } = load(yaml);
    expect(integrations).toMatchObject([
      { integration: { id: 't', level: 7 }, unusable: { kind: 'invalid_setting', reason } },
    ]);
    expect(messages).toEqual([expect.stringMatching(/^integratord\.yaml:1:\d+ error /)]);
  });

  it('cannot have the id of a block, nor one of ours', () => {
    const conf =
      '<ossec_config><integration><name>slack</name><hook_url>http://h/s</hook_url></integration></ossec_config>';
    const twice = load('integrations: { slack: { type: slack, hook_url: http://h/t } }', conf);
    expect(ids(twice)).toEqual(['slack']);
    expect(twice.messages).toEqual([
      'integratord.yaml:1:17 error the id "slack" belongs to an <integration> of ossec.conf at line 1, column 15: give this one another',
    ]);
    const ours = load('integrations: { "@manager": { type: slack, hook_url: http://h/t } }', conf);
    expect(ours.messages).toEqual([expect.stringContaining('cannot begin with @')]);
  });

  it('may get verdicts, and forward them', () => {
    const { messages } = load(`integrations:
  room: { type: slack, hook_url: http://h/s }
  vt: { type: virustotal, api_key: k, forward: { to: [room] } }`);
    expect(messages).toEqual([]);
  });
});

describe('conditions', () => {
  it('are read for a block and for an integration of its own', () => {
    const loaded = load(
      `integrations:
  slack: { only: { level: ">= 7" }, except: [{ agents: web-* }] }
  room: { type: slack, hook_url: https://h/s, when: 'full_log.contains("\${")' }
`,
      '<ossec_config><integration><name>slack</name><hook_url>https://h/s</hook_url></integration></ossec_config>',
    );
    expect(loaded.messages).toEqual([]);
    const names = loaded.integrations.map(({ conditions }) =>
      conditions?.parts.map(({ name }) => name),
    );
    expect(names).toEqual([['only.level', 'except[0]'], ['when']]);
  });

  it('are reported at their place, also inside of an expression, and left out', () => {
    const { diagnostics, messages, integrations } = load(`integrations:
  room:
    type: slack
    hook_url: https://h/s
    only: { rule: 5710 }
    except:
      - { agents: web-*, until: soon }
      - { agents: db-* }
    when: |
      rule.level >= 7 &&

        rule.id == 5710
  quoted: { type: slack, hook_url: https://h/s, when: "rule.levle > 6" }
`);
    expect(messages).toEqual([
      'integratord.yaml:5:13 error only.rule: unknown key "rule"; did you mean rules?',
      'integratord.yaml:7:33 error except.0.until: must be a date such as 2026-12-31',
      'integratord.yaml:12:20 error when: rule.id is a text, and this is not; did you mean "5710"?',
      'integratord.yaml:13:56 warning when: no known alert has the field rule.levle; did you mean rule.level?',
    ]);
    expect(diagnostics[2]?.excerpt).toBe('  rule.id == 5710\n             ^^^^');
    expect(diagnostics[3]?.excerpt).toBe('rule.levle > 6\n^^^^^^^^^^');
    const names = integrations.map(({ conditions }) => conditions?.parts.map(({ name }) => name));
    expect(names).toEqual([['except[1]'], ['when']]);
  });
});

describe('times', () => {
  const times = `times:
  office: { days: mon-fri, hours: 08:00-18:00, zone: Europe/Berlin, except: [2026-12-24..2027-01-01] }
  patchday: { days: tue, week: 2, hours: 22:00-02:00 }
`;
  const room = (when: string) => `integrations:
  room: { type: slack, hook_url: https://h/s, when: '${when}' }
`;

  it('are there for conditions, wherever an integration is defined', () => {
    const slack =
      '<ossec_config><integration><name>slack</name><hook_url>https://h/s</hook_url></integration></ossec_config>';
    const loaded = load(
      `${times}${room('at("patchday")')}  slack: { when: '!at("office")' }\n`,
      slack,
    );
    expect(loaded.messages).toEqual([]);
    expect([...loaded.times.times.keys()]).toEqual(['office', 'patchday']);
    const noon = Date.parse('2026-05-04T12:00+02:00');
    expect(loaded.times.times.get('office')?.contains(noon)).toBe(true);
    expect(loaded.integrations.map(({ conditions }) => conditions?.parts.length)).toEqual([1, 1]);
  });

  it('that conditions do not find are reported with the nearest name', () => {
    expect(load(times + room('rule.level > 3 && at("ofice")')).messages).toEqual([
      'integratord.yaml:5:75 error when: times has no entry of this name; did you mean office?',
    ]);
  });

  it('are reported at their places, and once only', () => {
    const yaml = `times:
  office:
    days: [mon, tuu]
    hour: 08:00-18:00
  the night: { hours: 22:00-02:00 }
  past: { dates: 2020-01-01 }
`;
    const { messages, times, integrations } = load(yaml + room('at("office")'));
    expect(messages).toEqual([
      'integratord.yaml:3:17 error times.office.days.1: there is no day "tuu"; did you mean tue?',
      'integratord.yaml:4:5 error times.office.hour: unknown key "hour"; did you mean hours?',
      'integratord.yaml:5:3 error times.the night: a name has 1 to 64 letters, digits, - and _',
      'integratord.yaml:6:9 warning times.past: this time does not come within the next five years',
      'integratord.yaml:8:57 error when: this time is wrong itself, so it cannot be asked',
    ]);
    expect([...times.times.keys()]).toEqual(['past']);
    expect(integrations.map(({ conditions }) => conditions)).toEqual([undefined]);
  });

  it.each([
    ['times: office', '1:8 error times: must be a mapping of names, such as office, to times'],
    [
      'times: { office: { hours: 8 } }',
      '1:27 error times.office.hours: must be a range such as 08:00-18:00, or a list of them',
    ],
    ['time: {}', '1:1 error unknown key "time"; did you mean times?'],
  ])('that are wrong are refused: %s', (yaml, message) => {
    expect(load(`${yaml}\n`).messages).toEqual([`integratord.yaml:${message}`]);
  });
});
