import { describe, expect, it } from 'vitest';
import { anAlert } from '../../../test/support/jobs.ts';
import { fixture } from '../../../test/support/vectors.ts';
import type { JsonValue } from '../../alert/json.ts';
import { machineOf, observablesOf } from './observables.ts';

const MD5 = '44d88612fea8a8f36de82e1278abb02f';

function found(alert: JsonValue): string[] {
  return observablesOf(anAlert(alert)).map(({ type, value }) => `${type} ${value}`);
}

describe('observables', () => {
  it('are found once each', () => {
    const sample = fixture('samples/w4_09_virustotal_positive.json');
    expect(observablesOf(anAlert(sample)).map(({ type, place }) => [type, place])).toEqual([
      ['md5', 'data.virustotal.source.md5'],
      ['sha1', 'data.virustotal.source.sha1'],
    ]);
    const twice = { syscheck: { md5_after: MD5 }, data: { virustotal: { source: { md5: MD5 } } } };
    expect(found(twice)).toEqual([`md5 ${MD5}`]);
  });

  it.each([
    [{ data: { srcip: '203.0.113.77' } }, ['ip-src 203.0.113.77']],
    [{ data: { srcip: '2001:db8::dead' } }, ['ip-src 2001:db8::dead']],
    [{ data: { srcip: '127.0.0.1' } }, []],
    [{ data: { srcip: '::1' } }, []],
    [{ data: { srcip: '1.2.3' } }, []],
    [{ data: { srcip: 'evil"; --' } }, []],
    [{ data: { srcip: ['203.0.113.77'] } }, []],
    [{ data: { win: { eventdata: { ipAddress: '198.51.100.9' } } } }, ['ip-src 198.51.100.9']],
    [{ data: { domain: 'evil.example' } }, ['domain evil.example']],
    [{ data: { domain: 'EXCHANGETEST' } }, []],
    [{ data: { hostname: 'a b.example' } }, []],
    [{ data: { hostname: 'c2.evil.example' } }, ['hostname c2.evil.example']],
    [{ data: { url: 'https://evil.example/a?b' } }, ['url https://evil.example/a?b']],
    [{ data: { url: '/index.php?id=1' } }, []],
    [{ data: { url: 'https://evil.example/a b' } }, []],
    [{ data: { url: `https://evil.example/${'a'.repeat(3000)}` } }, []],
    [{ syscheck: { md5_after: 'xxx' } }, []],
    [{ syscheck: { md5_after: 'd41d8cd98f00b204e9800998ecf8427e' } }, []],
    [{ syscheck: { sha1_after: MD5 } }, []],
    [{ syscheck: null, data: 'x' }, []],
  ] as [JsonValue, string[]][])('of %j are %j', (alert, expected) => {
    expect(found(alert)).toEqual(expected);
  });
});

describe('the machine', () => {
  it.each([
    [{}, undefined],
    [{ agent: { id: '001' } }, undefined],
    [{ agent: { id: '001', name: 'web01', ip: 'any' } }, ['web01', undefined, 'Linux - Server']],
    [{ agent: { name: 'a', ip: '10.0.0.1' } }, ['a', '10.0.0.1', 'Linux - Server']],
    [{ agentless: { host: 'admin@edge' } }, ['admin@edge', undefined, 'Linux - Server']],
    [
      { agent: { name: 'a', os: { name: 'Microsoft Windows Server 2022', platform: 'windows' } } },
      ['a', undefined, 'Windows - Server'],
    ],
    [
      { agent: { name: 'a', host: { os: { platform: 'windows' } } } },
      ['a', undefined, 'Windows - Computer'],
    ],
    [{ agent: { name: 'a', os: { platform: 'darwin' } } }, ['a', undefined, 'Mac - Computer']],
    [
      { agent: { name: 'a', os: { platform: 'ubuntu' } }, rule: { groups: ['windows'] } },
      ['a', undefined, 'Linux - Server'],
    ],
    [{ agent: { name: 'a' }, data: { win: {} } }, ['a', undefined, 'Windows - Computer']],
    [
      { agent: { name: 'a' }, syscheck: { path: 'c:\\windows\\win.ini' } },
      ['a', undefined, 'Windows - Computer'],
    ],
    [
      { agent: { name: 'a' }, syscheck: { path: '/Users/x/.ssh/config' } },
      ['a', undefined, 'Mac - Computer'],
    ],
  ] as [JsonValue, unknown][])('of %j is %j', (alert, expected) => {
    const machine = machineOf(anAlert(alert));
    expect(machine && [machine.name, machine.ip, machine.type]).toEqual(expected);
  });

  it('of a Windows event is a Windows computer', () => {
    const sample = fixture('samples/w4_08_windows_eventchannel.json');
    expect(machineOf(anAlert(sample))?.type).toBe('Windows - Computer');
  });
});
