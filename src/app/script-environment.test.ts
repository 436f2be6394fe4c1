import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createHome, type Home } from '../../test/support/home.ts';
import { resolvePaths } from '../cli/paths.ts';
import { readSetup } from './setup.ts';

const SCRIPT = '<integration><name>custom-x</name></integration>';

let home: Home;
beforeEach(() => {
  home = createHome(SCRIPT);
  home.addScript('custom-x', '#!/bin/sh\n');
});
afterEach(() => home.remove());

const read = (env: NodeJS.ProcessEnv) => readSetup(resolvePaths({ home: home.path }, {}), env);
const settings = (text: string) => {
  writeFileSync(join(home.path, 'etc', 'integratord.yaml'), text);
};

it('is what is inherited, without what is meant for integratord and for Node', () => {
  const env = {
    PATH: '/bin',
    LANG: 'C',
    NODE_OPTIONS: '-x',
    INTEGRATORD_STATE: '/s',
    MY_NODE_X: '1',
  };
  expect(read(env).scriptEnvironment).toEqual({ PATH: '/bin', LANG: 'C', MY_NODE_X: '1' });
});

it('holds no variable that ${env:…} names anywhere, also in blocks that cannot be used', () => {
  home.configure(
    `${SCRIPT}<integration><name>slack</name><hook_url>\${env:HOOK}</hook_url></integration>` +
      '<integration><name>custom-none</name><options>{"a": "${env:IN_OPTIONS} ${env:AND}"}</options></integration>',
  );
  settings('integrations:\n  x: { type: pagerduty, api_key: "${env:PD_KEY}" }\n');
  const env = { HOOK: 'https://h.test', IN_OPTIONS: '1', AND: '2', PD_KEY: '3', OTHER: '4' };
  expect(read(env).scriptEnvironment).toEqual({ OTHER: '4' });
});

it('holds what `environment` adds', () => {
  home.configure(`${SCRIPT}<integration><name>\${env:HOOK}</name></integration>`);
  settings('environment: [HOOK, NODE_EXTRA_CA_CERTS, MISSING]\n');
  const env = { HOOK: 'h', NODE_EXTRA_CA_CERTS: '/ca.pem', NODE_OPTIONS: '-x' };
  const setup = read(env);
  expect(setup.scriptEnvironment).toEqual({ HOOK: 'h', NODE_EXTRA_CA_CERTS: '/ca.pem' });
  settings('environment: [A B]\n');
  expect(JSON.stringify(read(env).diagnostics)).toMatch(/must be the name of a variable/);
});

it('holds proxies, with a warning where one has a password and there is a script', () => {
  const env = {
    https_proxy: 'http://me:hunter2@proxy.test:3128',
    HTTP_PROXY: 'me:hunter2@proxy.test:3128',
    ALL_PROXY: 'http://proxy.test:3128',
  };
  const setup = read(env);
  expect(setup.scriptEnvironment).toEqual(env);
  const warnings = setup.diagnostics.filter(({ message }) => message.includes('every script'));
  expect(warnings.map(({ message }) => /HTTP_PROXY|https_proxy/.exec(message)?.[0])).toEqual([
    'https_proxy',
    'HTTP_PROXY',
  ]);
  expect(JSON.stringify(warnings)).not.toMatch(/hunter2|proxy\.test/);
  home.configure(
    '<integration><name>slack</name><hook_url>https://h.test</hook_url></integration>',
  );
  expect(JSON.stringify(read(env).diagnostics)).not.toContain('every script');
});
