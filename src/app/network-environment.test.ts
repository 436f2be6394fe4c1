import { expect, it } from 'vitest';
import { createHome } from '../../test/support/home.ts';
import { resolvePaths } from '../cli/paths.ts';
import { networkFingerprint } from './network-environment.ts';
import { readSetup } from './setup.ts';

it('reports a mistyped proxy with the configuration, without its value', () => {
  const home = createHome('');
  const env = { HTTPS_PROXY: 'htp://me:hunter2@proxy.test', NO_PROXY: 'corp' };
  const setup = readSetup(resolvePaths({ home: home.path }, {}), env);
  home.remove();
  expect(setup.diagnostics).toMatchObject([
    { severity: 'warning', file: 'environment', message: expect.stringMatching(/^HTTPS_PROXY is/) },
  ]);
  expect(JSON.stringify(setup.diagnostics)).not.toMatch(/hunter2|proxy\.test/);
  expect(setup.secrets).toContain('htp://me:hunter2@proxy.test');
});

it('sees whether the environment of the network has changed', () => {
  expect(networkFingerprint({ PATH: '/bin', https_proxy: '' })).toBeUndefined();
  const one = networkFingerprint({ HTTPS_PROXY: 'http://a:1' });
  expect(one).toBe(networkFingerprint({ HTTPS_PROXY: 'http://a:1', PATH: '/bin' }));
  for (const env of [{ HTTPS_PROXY: 'http://b:1' }, { NODE_EXTRA_CA_CERTS: '/ca.pem' }]) {
    expect(networkFingerprint(env)).not.toBe(one);
  }
});
