import { describe, expect, it } from 'vitest';
import { configDestinations } from '../../test/support/config-destinations.ts';
import type { Files } from './files.ts';
import { loadConfig } from './load.ts';

/* The configurations that the manuals of Wazuh 1.1, of its rebrand and of Wazuh 4 give as examples. */

const destinations = configDestinations();

function load(blocks: string) {
  const bytes = Buffer.from(`<ossec_config>\n${blocks}\n</ossec_config>\n`);
  const files: Files = { read: () => ({ ok: true, bytes, truncated: false, mode: 0o640 }) };
  const loaded = loadConfig({
    configFile: 'ossec.conf',
    settingsFile: undefined,
    env: {},
    destinations,
    files,
  });
  return {
    fatal: loaded.fatal,
    enabled: loaded.integrations
      .filter((each) => each.unusable === undefined)
      .map((each) => each.integration.id),
    settings: loaded.integrations.map((each) => each.getconfig()),
    messages: loaded.diagnostics.map(
      ({ severity, line, message }) => `${severity} ${line} ${message}`,
    ),
  };
}

const NUMBERS = { level: 0, max_log: 165, timeout: 10, retries: 3 };

describe('examples of the manuals', () => {
  it('v1.1: Slack and PagerDuty', () => {
    const { enabled, settings, messages } = load(`
    <integration>
      <name>slack</name>
      <hook_url>https://hooks.slack.com/services/...</hook_url>
    </integration>
    <integration>
      <name>pagerduty</name>
      <api_key>MYKEY</api_key>
    </integration>`);
    expect(enabled).toEqual(['slack', 'pagerduty']);
    expect(messages).toEqual([]);
    expect(settings).toEqual([
      { name: 'slack', hook_url: 'https://hooks.slack.com/services/...', ...NUMBERS },
      { name: 'pagerduty', api_key: 'MYKEY', ...NUMBERS },
    ]);
  });

  it('v1.1: the empty template says what is missing and does not run', () => {
    const { fatal, enabled, settings, messages } = load(`
    <integration>
         <name> </name>
         <hook_url> </hook_url>
         <api_key> </api_key>
      <!-- Optional filters -->
         <rule_id> </rule_id>
         <level> </level>
         <group> </group>
         <event_location> </event_location>
    </integration>`);
    expect(fatal).toBe(false);
    expect(enabled).toEqual([]);
    expect(settings).toHaveLength(1);
    expect(messages.every((message) => message.startsWith('warning'))).toBe(true);
    expect(messages).toContainEqual(expect.stringMatching(/^warning 4 .*its <name> is empty/));
    expect(messages).toContainEqual(expect.stringMatching(/^warning 8 no rule id can be read/));
    expect(messages).toContainEqual(expect.stringMatching(/^warning 10 .*never matches/));
  });

  it('the rebrand: groups divided by commas and bars', () => {
    const { enabled, settings, messages } = load(`
    <integration>
      <name>slack</name>
      <hook_url>https://hooks.slack.com/services/T000/B000/XXXXX</hook_url>
      <level>10</level>
      <group>multiple_drops,|authentication_failures,</group>
    </integration>`);
    expect(enabled).toEqual(['slack']);
    expect(settings[0]).toMatchObject({
      level: 10,
      group: 'multiple_drops,|authentication_failures,',
    });
    expect(messages).toEqual([expect.stringMatching(/^warning 5 <hook_url> .*placeholder XXXXX/)]);
  });

  it('the rebrand: its spelling of PagerDuty', () => {
    const { enabled, settings, messages } = load(`
    <integration>
      <name>pagerdty</name>
      <api_key>MYKEY</api_key>
    </integration>`);
    expect(enabled).toEqual(['pagerduty']);
    expect(settings).toEqual([{ name: 'pagerduty', api_key: 'MYKEY', ...NUMBERS }]);
    expect(messages).toEqual([expect.stringMatching(/^warning 4 .*read as pagerduty/)]);
  });

  it('Wazuh 4: the reference page', () => {
    const { enabled, messages } = load(`
  <!-- Integration with Slack -->
  <integration>
    <name>slack</name>
    <hook_url>https://hooks.slack.com/services/...</hook_url> <!-- Replace with your Slack hook URL -->
    <level>10</level>
    <group>multiple_drops,authentication_failures</group>
    <alert_format>json</alert_format>
  </integration>
  <integration>
    <name>virustotal</name>
    <api_key>API_KEY</api_key> <!-- Replace with your VirusTotal API key -->
    <group>syscheck</group>
    <alert_format>json</alert_format>
    <timeout>30</timeout>
    <retries>5</retries>
  </integration>
  <integration>
    <name>shuffle</name>
    <hook_url>http://IP:3001/api/v1/hooks/HOOK_ID</hook_url>
    <level>3</level>
    <alert_format>json</alert_format>
  </integration>
  <integration>
    <name>maltiverse</name>
    <hook_url>https://api.maltiverse.com</hook_url>
    <api_key>API_KEY</api_key>
    <alert_format>json</alert_format>
  </integration>
  <!--Custom external Integration -->
  <integration>
    <name>custom-integration</name>
    <hook_url>WEBHOOK</hook_url>
    <level>10</level>
    <group>multiple_drops,authentication_failures</group>
    <api_key>APIKEY</api_key>
    <alert_format>json</alert_format>
    <options>{"data": "Custom data"}</options> <!-- Replace with your custom JSON object -->
  </integration>`);
    expect(enabled).toEqual(['slack', 'virustotal', 'shuffle', 'maltiverse', 'custom-integration']);
    expect(messages).toEqual([
      expect.stringMatching(/^warning 13 <api_key> .*placeholder API_KEY/),
      expect.stringMatching(/^warning 28 <api_key> .*placeholder API_KEY/),
      expect.stringMatching(/^warning 34 <hook_url> .*placeholder WEBHOOK/),
      expect.stringMatching(/^warning 37 <api_key> .*placeholder APIKEY/),
    ]);
  });

  it('Wazuh 4: a placeholder that was pasted as it is', () => {
    const { fatal, messages } = load(`
    <integration>
      <name>slack</name>
      <hook_url><SLACK_WEBHOOK_URL></hook_url> <!-- Replace with your Slack hook URL -->
      <alert_format>json</alert_format>
    </integration>`);
    expect(fatal).toBe(true);
    expect(messages).toEqual([
      expect.stringMatching(/^error 5 .*inside <hook_url>.*placeholder such as <KEY>/),
    ]);
  });

  it('Wazuh 4: a placeholder within an address', () => {
    const { fatal, messages } = load(`
    <integration>
      <name>shuffle</name>
      <hook_url>https://shuffler.io/api/v1/hooks/<SHUFFLE_WEBHOOK_ID></hook_url>
    </integration>`);
    expect(fatal).toBe(true);
    expect(messages).toEqual([expect.stringMatching(/^error 5 .*placeholder/)]);
  });
});
