import { describe, expect, it } from 'vitest';
import { type Way, waysOf } from './next-steps.ts';

type Basis = Parameters<typeof waysOf>[0];

const LOOK: Basis = {
  manager: {
    home: '/var/ossec',
    how: '',
    state: 'manager',
    product: 'Wazuh',
    version: '4.14.7',
  },
  original: {
    state: 'running',
    name: 'wazuh-integratord',
    path: '/var/ossec/bin/wazuh-integratord',
    pid: 7,
    back: undefined,
    enabled: [],
    notEnabled: [],
    errors: 0,
    lastError: undefined,
  },
  user: 'wazuh',
  config: '/var/ossec/etc/ossec.conf',
  blocks: [{}],
  diagnostics: [],
  refusals: [],
  isPackaged: false,
  unit: '/opt/integratord/contrib/systemd/integratord.service',
  isRunning: false,
};
const NO_ORIGINAL = { ...LOOK.original, state: 'none', name: undefined } as const;
const commands = (ways: readonly Way[]) => ways.map((way) => way.commands);

describe('the ways to go live', () => {
  it('are two, where the manager has an Integrator', () => {
    const ways = waysOf(LOOK);
    expect(ways.map(({ name }) => name)).toEqual(['in place', 'beside']);
    expect(commands(ways)).toEqual([
      ['integratord install', '/var/ossec/bin/wazuh-control restart'],
      [
        'cp /opt/integratord/contrib/systemd/integratord.service /etc/systemd/system/',
        "install -d -o wazuh -m 0700 '/var/ossec/queue/integratord'",
        'systemctl daemon-reload && systemctl enable --now integratord',
        '/var/ossec/bin/wazuh-control restart',
      ],
    ]);
    expect(ways.map(({ first }) => first)).toEqual([
      undefined,
      'move the <integration> blocks from /var/ossec/etc/ossec.conf to /var/ossec/etc/integrations.conf',
    ]);
  });

  it('have the places of a package where that has the unit', () => {
    const beside = waysOf({ ...LOOK, isPackaged: true })[1];
    expect(beside?.first).toContain('to /etc/integratord/integrations.conf');
    expect(beside?.commands[0]).toBe('systemctl enable --now integratord');
  });

  it('is one where there is no Integrator, as with OSSEC', () => {
    const ways = waysOf({ ...LOOK, original: NO_ORIGINAL, user: 'ossecm' });
    expect(ways.map(({ name }) => name)).toEqual(['beside']);
    expect(ways[0]?.first).toMatch(/^put the <integration> blocks into /);
    expect(ways[0]?.commands.map((command) => command.split(' ')[0])).toEqual([
      'cp',
      'systemctl',
      'install',
      'systemctl',
    ]);
  });

  it('copy no unit where there is one, and have it edited where it is for another place', () => {
    const [, beside] = waysOf({ ...LOOK, unit: undefined });
    expect(beside?.commands[0]).toMatch(/^install /);
    const elsewhere = waysOf({ ...LOOK, unit: '/srv/i/contrib/systemd/integratord.service' })[1];
    expect(elsewhere?.commands[1]).toMatch(/^systemctl edit --full integratord /);
  });

  it('name the old control program, and another home', () => {
    const old = { ...LOOK.original, name: 'ossec-integratord' } as const;
    const manager = { ...LOOK.manager, home: '/srv/o' } as NonNullable<Basis['manager']>;
    expect(waysOf({ ...LOOK, manager, original: old })[0]?.commands).toEqual([
      "integratord install --home '/srv/o'",
      '/srv/o/bin/ossec-control restart',
    ]);
  });

  it('are commands that a shell takes as they are meant, whatever a directory is called', () => {
    const manager = { ...LOOK.manager, home: "/srv/a'; reboot; '" } as NonNullable<
      Basis['manager']
    >;
    expect(waysOf({ ...LOOK, manager })[0]?.commands).toEqual([
      "integratord install --home '/srv/a'\\''; reboot; '\\'''",
      "'/srv/a'\\''; reboot; '\\''/bin/wazuh-control' restart",
    ]);
  });

  it('say first that a block is missing, and why install would refuse', () => {
    const [inPlace] = waysOf({ ...LOOK, blocks: [], refusals: ['no'] });
    expect(inPlace).toMatchObject({
      first: 'add an <integration> block to /var/ossec/etc/ossec.conf',
      refusals: ['no'],
    });
  });

  it('is none at an agent, or at nothing; and only a look where it is live', () => {
    const agent = { ...LOOK.manager, state: 'agent' } as NonNullable<Basis['manager']>;
    expect(waysOf({ ...LOOK, manager: agent })).toEqual([]);
    expect(waysOf({ ...LOOK, manager: undefined })).toEqual([]);
    const replaced = { ...LOOK.original, state: 'replaced' } as const;
    expect(commands(waysOf({ ...LOOK, original: replaced }))).toEqual([['integratord status']]);
    expect(commands(waysOf({ ...LOOK, isRunning: true }))).toEqual([['integratord status']]);
  });
});
