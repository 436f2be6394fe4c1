import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { accountNames, findAccount } from './enter.ts';

const nobody = { user: undefined, group: undefined };

describe('accounts', () => {
  it('are found by name or number', () => {
    const root = { user: 'root', group: 'root', uid: 0, gid: 0 };
    expect(findAccount('wazuh-integratord', { user: 'root', group: 'root' })).toEqual(root);
    expect(findAccount('ossec-integratord', { user: '1234', group: '56' })).toMatchObject({
      uid: 1234,
      gid: 56,
    });
  });

  it('agree with the system', () => {
    const me = execFileSync('id', ['-un'], { encoding: 'utf8' }).trim();
    const mine = execFileSync('id', ['-gn'], { encoding: 'utf8' }).trim();
    expect(findAccount('wazuh-integratord', { user: me, group: mine })).toMatchObject({
      uid: process.getuid?.(),
      gid: process.getgid?.(),
    });
  });

  it.each(['no-such-user', '--help', '', 'root:x'])('%j is unknown', (user) => {
    expect(findAccount('wazuh-integratord', { user, group: 'root' })).toBeUndefined();
  });

  it('are the manager’s when none is named', () => {
    expect(accountNames('wazuh-integratord', nobody)).toEqual({ user: 'wazuh', group: 'wazuh' });
    expect(accountNames('ossec-integratord', nobody)).toEqual({ user: 'ossecm', group: 'ossec' });
    expect(accountNames('ossec-integratord', { user: 'x', group: undefined }).user).toBe('x');
  });
});

describe('what runs as root', () => {
  const textOf = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8');
  const imports = (text: string) =>
    [...text.matchAll(/(?:from|^import)\s+'([^']+)'/gm)].map(([, name]) => name);

  it('imports nothing but parts of Node', () => {
    const names = imports(textOf('./enter.ts'));
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => !name?.startsWith('node:'))).toEqual([]);
  });

  it.each(['../cli/start-in-place.ts', '../cli/start-command.ts'])(
    'is all that %s imports at once',
    (entry) => {
      expect(imports(textOf(entry))).toEqual(['../dropin/enter.ts']);
    },
  );
});
