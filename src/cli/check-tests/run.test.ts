import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { tempDir } from '../../../test/support/temp-dir.ts';
import { readSetup } from '../../app/setup.ts';
import { runTests } from './run.ts';

const CONFIG = `<ossec_config>
<integration><name>slack</name><hook_url>https://hooks.slack.test/a</hook_url><level>5</level></integration>
<integration><name>pagerduty</name><api_key>0123456789abcdef0123456789abcdef</api_key></integration>
</ossec_config>`;
const RULES = `times:
  office: { days: mon-fri, hours: 08:00-18:00, zone: Europe/Berlin }
  patchday: { dates: 2026-12-08, zone: Europe/Berlin }
silences:
  - { name: patching, at: patchday, why: patch night, integrations: [pagerduty] }
integrations:
  slack:
    at: office
    urgent: 12
    except: [{ rules: 5710 }]
  pagerduty:
    digest: { every: 1h }
tests:
`;
const NIGHT = '2026-11-24T03:00+01:00';
const NOON = '2026-11-24T12:00 Europe/Berlin';

async function check(...tests: object[]) {
  const home = tempDir();
  const [config, settings] = [join(home, 'ossec.conf'), join(home, 'integratord.yaml')];
  writeFileSync(config, CONFIG);
  writeFileSync(
    join(home, 'alert.json'),
    '{\n "rule": {"level": 7, "id": "5710"}, "id": "1.2"\n}\n',
  );
  writeFileSync(settings, RULES + tests.map((test) => `  - ${JSON.stringify(test)}\n`).join(''));
  const paths = { home, config, settings, settingsOptional: false, alerts: '', state: home };
  const setup = readSetup(paths, {});
  expect(setup.diagnostics).toEqual([]);
  const result = await runTests(setup.tests, setup.integrations, 0, setup.quiet.silences);
  return {
    ...result,
    diagnostics: result.diagnostics.map(({ line, column, message, excerpt }) => {
      return [`${line}:${column} ${message}`, ...(excerpt === undefined ? [] : [excerpt])];
    }),
  };
}

const alert = (level: number, id = '1') => ({ rule: { level, id } });

it('knows the silences that come again, where a test says a time', async () => {
  const result = await check(
    { alert: alert(7), at: '2026-12-08T12:00+01:00', not_to: ['pagerduty'], because: 'silence' },
    { alert: alert(7), at: '2026-12-09T12:00+01:00', goes_to: ['pagerduty'] },
    { alert: alert(7), goes_to: ['pagerduty'] },
  );
  expect(result).toEqual({ passed: 3, failed: 0, diagnostics: [] });
});

it('passes what is as it says', async () => {
  const result = await check(
    { alert: alert(7), at: NIGHT, goes_to: ['pagerduty'], not_to: ['slack'], because: 'at office' },
    { alert: alert(7), at: NIGHT, not_to: ['slack'], because: 'time' },
    { alert: alert(12), at: NIGHT, goes_to: ['slack', 'pagerduty'] },
    { alert: alert(7), at: NOON, goes_to: ['slack'] },
    { alert: 'alert.json', at: NOON, not_to: ['slack'], because: 'except[0]' },
    { alert: alert(3), not_to: ['slack'], because: 'level' },
  );
  expect(result).toEqual({ passed: 6, failed: 0, diagnostics: [] });
});

it('says of what fails where it stands, what was decided, and why', async () => {
  const { passed, failed, diagnostics } = await check(
    { alert: 'alert.json', at: NOON, goes_to: ['slack'] },
    { alert: alert(7), at: NOON, not_to: ['slack'] },
    { alert: alert(3), at: NOON, not_to: ['slack'], because: 'except' },
  );
  expect([passed, failed]).toEqual([0, 3]);
  expect(diagnostics[0]?.[0]).toBe(
    '14:76 test failed: slack does not get alert 1.2 (except[0]: rules: "5710"; excluded: 5710)',
  );
  expect(diagnostics[0]?.[1]).toContain('✗ except[0]  5710  wanted not 5710');
  expect(diagnostics[1]?.[0]).toContain('slack gets the alert');
  expect(diagnostics[2]?.[0]).toContain(
    'slack does not get the alert, but not because of except (level:',
  );
});

it('says what cannot be tried', async () => {
  const { failed, diagnostics } = await check(
    { alert: 'missing.json', goes_to: ['slack'] },
    { alert: { level: 3 }, goes_to: ['slack'] },
    { alert: alert(3) },
    { alert: alert(3), goes_to: ['slakc'] },
  );
  expect(failed).toBe(4);
  expect(diagnostics.flat().map((text) => text.replace(/^\d+:\d+ |\/\S*(?=missing)/g, ''))).toEqual(
    [
      'this test cannot be tried: cannot read missing.json: there is no such file',
      'this test cannot be tried: it is not an alert: no rule in it',
      'this test says nothing: add goes_to or not_to',
      'no integration has the id "slakc"; did you mean slack?',
    ],
  );
});
