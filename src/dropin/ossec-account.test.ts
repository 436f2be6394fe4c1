import { expect, it, vi } from 'vitest';
import { findAccount } from './enter.ts';

/** The accounts of a machine with OSSEC, whose manager has no Integrator. */
vi.mock('node:fs', async (actual) => ({
  ...(await actual<typeof import('node:fs')>()),
  readFileSync: (path: string) =>
    path === '/etc/passwd' ? 'ossec:x:991:990::/var/ossec:/sbin/nologin\n' : 'ossec:x:990:\n',
}));
vi.mock('node:child_process', () => ({ spawnSync: () => ({ stdout: '' }) }));

it('finds the account of OSSEC, where there is none of Wazuh', () => {
  const asked = { user: undefined, group: undefined };
  const account = { user: 'ossec', group: 'ossec', uid: 991, gid: 990 };
  expect(findAccount('ossec-integratord', asked)).toEqual(account);
  expect(findAccount('wazuh-integratord', asked)).toBeUndefined();
});
