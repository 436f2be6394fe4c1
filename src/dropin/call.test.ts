import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempDir } from '../../test/support/temp-dir.ts';
import { callByName, callWithOptions } from './call.ts';

const node = '/usr/bin/node';

describe('a call by the original’s name', () => {
  it.each(['wazuh-integratord', 'ossec-integratord'])('is told by %s', (name) => {
    const program = `/nowhere/bin/${name}`;
    expect(callByName([node, program, '-d', '-t'], {})).toEqual({
      name,
      home: '/nowhere',
      flags: ['-d', '-t'],
      self: [program, '--home', '/nowhere', '--as', name],
      isChild: false,
      isLaunched: false,
      isProbe: false,
    });
  });

  it('is not told by any other name', () => {
    expect(callByName([node, '/opt/integratord', 'check'], {})).toBeUndefined();
    expect(callByName([node], {})).toBeUndefined();
  });

  it('finds the home where the program really is', () => {
    const directory = tempDir();
    const home = join(directory, 'ossec');
    mkdirSync(join(home, 'bin'), { recursive: true });
    symlinkSync(join(home, 'bin'), join(directory, 'sbin'));
    const call = callByName([node, join(directory, 'sbin', 'wazuh-integratord')], {});
    expect(call?.home).toBe(home);
  });

  it('takes WAZUH_HOME where the program is in no directory bin', () => {
    const argv = [node, '/opt/x/wazuh-integratord', '-t'];
    expect(callByName(argv, { WAZUH_HOME: '/var/ossec' })?.home).toBe('/var/ossec');
    expect(callByName(argv, { WAZUH_HOME: '' })?.home).toBeUndefined();
    expect(callByName(argv, {})?.self).toEqual([
      '/opt/x/wazuh-integratord',
      '--as',
      'wazuh-integratord',
    ]);
  });

  it('starts itself again in the same way', () => {
    const call = callByName([node, '/h/bin/ossec-integratord', '-f'], {});
    const again = callByName([node, ...(call?.self ?? []), '--child', ...(call?.flags ?? [])], {});
    expect(again).toEqual({ ...call, isChild: true });
  });
});

describe('a call by a launcher', () => {
  it('has options of ours ahead of the flags', () => {
    const args = ['--home', '/h', '--as', 'ossec-integratord', '--launched', '-u', 'x', '--home'];
    expect(callWithOptions(args, ['w.js'], {})).toEqual({
      name: 'ossec-integratord',
      home: '/h',
      flags: ['-u', 'x', '--home'],
      self: ['w.js', '--home', '/h', '--as', 'ossec-integratord'],
      isChild: false,
      isLaunched: true,
      isProbe: false,
    });
    expect(callWithOptions(['--home=/h', '-t'], ['m.js', 'wazuh'], {})).toMatchObject({
      name: 'wazuh-integratord',
      home: '/h',
      flags: ['-t'],
    });
  });
});
