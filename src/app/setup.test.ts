import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { createHome, type Home } from '../../test/support/home.ts';
import { resolvePaths } from '../cli/paths.ts';
import { enabledIntegrations, readSetup } from './setup.ts';

let home: Home;
afterEach(() => home.remove());

/** What each integration leads to when its settings ask for the script of its name. */
function leadsTo(blocks: string, scripts: readonly string[], settings: string) {
  home = createHome(blocks);
  for (const name of scripts) home.addScript(name, '#!/bin/sh\n');
  writeFileSync(join(home.path, 'etc', 'integratord.yaml'), `integrations: ${settings}\n`);
  const setup = readSetup(resolvePaths({ home: home.path }, {}), {});
  const enabled = new Set(enabledIntegrations(setup).map(({ integration }) => integration.id));
  return Object.fromEntries(
    setup.integrations.map(({ integration: { id }, destination, unusable }) => [
      id,
      [destination?.title, enabled.has(id) ? 'enabled' : unusable?.reason],
    ]),
  );
}

const SLACK = '<integration><name>slack</name><hook_url>http://h/s</hook_url></integration>';
const VIRUSTOTAL = '<integration><name>virustotal</name><api_key>k</api_key></integration>';

it('runs the script of a built-in name where the settings say so, for this one alone', () => {
  const found = leadsTo(
    SLACK + SLACK + VIRUSTOTAL,
    ['slack', 'virustotal'],
    '{ "slack#2": { script: true }, virustotal: { script: true } }',
  );
  expect(found).toEqual({
    slack: ['Slack', 'enabled'],
    'slack#2': ['Script', 'enabled'],
    virustotal: ['Script', 'enabled'],
  });
});

it('does not fall back to the built-in when that script is missing', () => {
  const missing = expect.stringMatching(/its script .*integrations\/slack does not exist/);
  expect(leadsTo(SLACK, [], '{ slack: { script: true } }')).toEqual({ slack: ['Script', missing] });
  home.remove();
  const iris =
    '<integration><name>custom-iris</name><hook_url>http://h</hook_url><api_key>k</api_key></integration>';
  expect(leadsTo(iris, [], '{ custom-iris: { script: true } }')).toEqual({
    'custom-iris': ['Script', expect.stringContaining('integrations/custom-iris does not exist')],
  });
});

it('runs no script of a name that the original would not run', () => {
  const telegram = '<integration><name>telegram</name></integration>';
  expect(leadsTo(telegram, ['telegram'], '{ telegram: { script: true } }')).toEqual({
    telegram: [undefined, expect.stringContaining('no integration is called "telegram"')],
  });
});

it('needs what the built-in needs', () => {
  const slack = '<integration><name>slack</name></integration>';
  expect(leadsTo(slack, ['slack'], '{ slack: { script: true } }')).toEqual({
    slack: ['Script', 'slack needs <hook_url>'],
  });
});
