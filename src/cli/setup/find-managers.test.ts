import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { tempDir } from '../../../test/support/temp-dir.ts';
import { aboutManager } from './about-manager.ts';
import { findManagers } from './find-managers.ts';

let root: string;
beforeEach(() => {
  root = tempDir();
});

function put(path: string, text = ''): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

const homes = () => findManagers(undefined, root).found.map(({ home }) => home.slice(root.length));

describe('a manager is found', () => {
  it('nowhere: then it is said where was looked', () => {
    const { found, looked } = findManagers(undefined, root);
    expect(found).toEqual([]);
    expect(looked).toEqual(
      expect.arrayContaining([
        '/etc/ossec-init.conf',
        '/var/ossec',
        'processes called *-analysisd',
      ]),
    );
  });

  it('in its usual place', () => {
    put('/var/ossec/bin/wazuh-analysisd');
    expect(findManagers(undefined, root).found).toEqual([
      { home: join(root, '/var/ossec'), how: 'in its usual place', state: 'manager' },
    ]);
  });

  it('by the notes of its installer, its unit, and its processes', () => {
    put('/etc/ossec-init.conf', 'DIRECTORY="/srv/ossec"\nNAME="OSSEC HIDS"\n');
    put('/srv/ossec/bin/ossec-analysisd');
    put(
      '/etc/systemd/system/wazuh-manager.service',
      '[Service]\nExecStart=/usr/bin/env /data/wazuh/bin/wazuh-control start\n',
    );
    put('/data/wazuh/bin/wazuh-analysisd');
    put('/proc/17/x');
    symlinkSync('/home/w/bin/wazuh-analysisd', join(root, '/proc/17/exe'));
    put('/home/w/bin/wazuh-analysisd');
    expect(homes()).toEqual(['/srv/ossec', '/home/w', '/data/wazuh']);
  });

  it('by no process of whoever calls a program of theirs like that', () => {
    put('/tmp/x/bin/wazuh-analysisd');
    chmodSync(join(root, '/tmp/x/bin'), 0o777);
    put('/proc/17/x');
    symlinkSync('/tmp/x/bin/wazuh-analysisd', join(root, '/proc/17/exe'));
    expect(homes()).toEqual([]);
  });

  it('once, and a manager before an agent', () => {
    put('/var/ossec/bin/wazuh-agentd');
    put('/opt/ossec/bin/ossec-analysisd');
    symlinkSync(join(root, '/opt/ossec'), join(root, '/opt/wazuh'));
    expect(homes()).toEqual(['/opt/ossec', '/var/ossec']);
    expect(findManagers(undefined, root).found[1]?.state).toBe('agent');
  });

  it('only where --home says, when it says something', () => {
    put('/var/ossec/bin/wazuh-analysisd');
    put('/x/etc/ossec.conf');
    expect(findManagers(join(root, 'x')).found).toMatchObject([{ state: 'manager' }]);
    expect(findManagers(join(root, 'y'))).toEqual({ found: [], looked: [join(root, 'y')] });
  });
});

describe('what it is', () => {
  it.each([
    ['bin/wazuh-control', 'VERSION="v4.9.2"\nREVISION="40922"\nTYPE="server"\n', 'Wazuh', '4.9.2'],
    ['VERSION.json', '{"version": "5.0.1", "stage": "x"}', 'unknown', '5.0.1'],
    ['bin/ossec-control', 'NAME="OSSEC HIDS"\nVERSION="v3.7.0"\n', 'OSSEC', '3.7.0'],
    ['bin/other', '', 'unknown', undefined],
  ])('is said by %s', (path, text, product, version) => {
    put(path, text);
    expect(aboutManager(root)).toEqual({ product, version });
  });

  it('is said by the notes of an installer about this directory, and no other', () => {
    put('/etc/ossec-init.conf', `DIRECTORY="${root}/w"\nNAME="Wazuh"\nVERSION="v3.13.6"\n`);
    put('/w/bin/ossec-control', '#!/bin/sh\n');
    put('/v/bin/ossec-control', '#!/bin/sh\n');
    expect(aboutManager(join(root, 'w'), root)).toEqual({ product: 'Wazuh', version: '3.13.6' });
    expect(aboutManager(join(root, 'v'), root)).toEqual({ product: 'OSSEC', version: undefined });
  });
});
