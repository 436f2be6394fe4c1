import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fixture, fixtureLines } from '../../../test/support/vectors.ts';
import { Alert } from '../alert.ts';
import type { JsonObject } from '../json.ts';
import { recordAt } from '../record-framing.ts';
import { type ReadAlert, readAlert } from './read-alert.ts';

function read(text: string | Buffer): ReadAlert {
  const alert = readAlert(Buffer.from(text));
  if (typeof alert === 'string') throw new Error(alert);
  return alert;
}

const jsonOf = (text: string | Buffer): JsonObject => new Alert(read(text).raw).json;

function textSamples(): Buffer[] {
  const bytes = fixture('samples/ossec_alerts.log');
  const records: Buffer[] = [];
  for (let start = 0; start < bytes.length; ) {
    const { end, next } = recordAt(bytes, start);
    records.push(bytes.subarray(start, end));
    start = next;
  }
  return records;
}

const HEAD =
  "** Alert 1470394217.1024: mail  - syslog,sshd,\n2016 Aug 05 10:50:17 host->/var/log/x\nRule: 5 (level 7) -> 'It's'\n";

describe('an alert of Wazuh', () => {
  it('stays as it is, byte for byte', () => {
    for (const line of fixtureLines('samples/w4_03_sshd_auth_failed.json')) {
      const { raw, facts, old } = read(line);
      expect(raw.equals(line)).toBe(true);
      expect(facts).toMatchObject({ level: 5, ruleId: '5760', location: '/var/log/auth.log' });
      expect(facts.fromOssec).toBeUndefined();
      expect(old.groupText()).toMatch(/^syslog,sshd,authentication_failed,pci_dss_10.2.4,/);
      expect(old.fullLocation()).toBe('(bastion) 10.0.0.5->/var/log/auth.log');
    }
  });

  it.each<[string, string | undefined]>([
    ['{"rule":{},"location":"(a) b->c","agent":{"name":"x"}}', '(a) b->c'],
    ['{"rule":{},"location":"l","agent":{"id":"000","name":"m"}}', 'm->l'],
    ['{"rule":{},"location":"l","agent":{"id":"7","name":"a"}}', '(a) any->l'],
    ['{"rule":{},"location":"l","manager":{"name":"m"}}', 'm->l'],
    ['{"rule":{},"location":"l"}', 'l'],
    ['{"rule":{}}', undefined],
    ['{"rule":{},"location":"l","agentless":{"script":"s","user":"u","host":"h"}}', '(s) u@h->l'],
  ])('%s has the full location %j', (text, expected) => {
    expect(read(text).old.fullLocation()).toBe(expected);
  });
});

describe('an alert of OSSEC in JSON', () => {
  it('of an agent becomes one of Wazuh', () => {
    const [, brute, fim] = fixtureLines('samples/ossec_alerts.json') as [Buffer, Buffer, Buffer];
    expect(read(brute).facts).toMatchObject({
      level: 10,
      ruleId: '5712',
      groups: ['syslog', 'sshd', 'authentication_failures'],
      location: '/var/log/auth.log',
      id: '1470394231.1410',
      fromOssec: true,
    });
    expect(read(brute).old.groupText()).toBe('syslog,sshd,authentication_failures,');
    expect(read(brute).old.fullLocation()).toBe('(web01) 10.0.0.21->/var/log/auth.log');
    expect(jsonOf(brute)).toEqual({
      timestamp: '2016-08-05T10:50:31.000+0000',
      rule: {
        level: 10,
        description: 'SSHD brute force trying to get access to the system.',
        id: '5712',
        frequency: 6,
        firedtimes: 1,
        groups: ['syslog', 'sshd', 'authentication_failures'],
      },
      agent: { name: 'web01', ip: '10.0.0.21' },
      id: '1470394231.1410',
      previous_output: expect.stringContaining('port 50028'),
      full_log: expect.stringContaining('port 50030'),
      predecoder: { program_name: 'sshd' }, // its hostname is the whole location: a defect
      decoder: { parent: 'sshd', name: 'ssh-invfailed' },
      data: { srcip: '203.0.113.77' },
      location: '/var/log/auth.log',
      ossec: { location: '(web01) 10.0.0.21->/var/log/auth.log' },
    });
    expect(jsonOf(fim)['syscheck']).toMatchObject({
      path: '/etc/passwd',
      event: 'modified',
      size_after: '1441',
      md5_after: 'acc76dc7ed473604b30ae0bf39a8c5b1',
    });
  });

  it('of the manager itself names its host, which stands beside the location', () => {
    const [login] = fixtureLines('samples/ossec_alerts.json') as [Buffer];
    expect(read(login).old.fullLocation()).toBe('ossec-server->/var/log/auth.log');
    expect(jsonOf(login)).toMatchObject({
      agent: { id: '000', name: 'ossec-server' },
      manager: { name: 'ossec-server' },
      predecoder: { program_name: 'sshd', hostname: 'ossec-server' },
    });
  });

  const made = (members: JsonObject, rule: JsonObject = {}) =>
    jsonOf(JSON.stringify({ rule: { level: 3, sidid: 5, comment: 'c', ...rule }, ...members }));

  it('of 3.3 has its decoder twice', () => {
    const text =
      '{"rule":{"level":3,"sidid":5},"decoder":"sshd","decoder":{"parent":"p","name":"sshd"}}';
    expect(jsonOf(text)['decoder']).toEqual({ parent: 'p', name: 'sshd' });
  });

  it('of 2.9 has no id, and a file in place of SyscheckFile', () => {
    const alert = made({
      timestamp: '2016 Aug 05 10:50:17',
      file: { path: '/x', perm_after: 33188 },
    });
    const local = new Date(2016, 7, 5, 10, 50, 17).toISOString().replace('Z', '+0000');
    expect(alert).toMatchObject({
      timestamp: local,
      syscheck: { path: '/x', event: 'modified', perm_after: 'rw-r--r--' },
    });
    expect(alert['id']).toBeUndefined();
  });

  it('has its compliance values from its groups, where they are not cut', () => {
    const cut = { PCI_DSS: ['10.2.'] };
    expect(made({}, { group: 'a,pci_dss_10.2.5,', ...cut })['rule']).toMatchObject({
      groups: ['a'],
      pci_dss: ['10.2.5'],
    });
    expect(made({}, { group: 'a,', ...cut })['rule']).toMatchObject({ pci_dss: ['10.2.'] });
  });

  it('puts fields of the event under data, with the names of Wazuh', () => {
    const alert = made({
      srcip: '1.2.3.4',
      data: 'more',
      systemname: 's',
      dynamic: 7,
      nested: { a: 1 },
    });
    expect(alert['data']).toEqual({
      srcip: '1.2.3.4',
      extra_data: 'more',
      system_name: 's',
      dynamic: '7',
      nested: { a: 1 },
    });
  });

  it('is none when the rule has an id, or sidid stands elsewhere', () => {
    expect(read('{"rule":{"id":"1","sidid":5}}').facts.fromOssec).toBeUndefined();
    expect(read('{"rule":{},"data":{"sidid":5}}').facts.fromOssec).toBeUndefined();
  });

  it('whatever it holds, becomes an alert', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue(), (members, value) => {
        const known = [
          'location',
          'hostname',
          'decoder',
          'SyscheckFile',
          'TimeStamp',
          'id',
          'full_log',
        ];
        const rest = Object.fromEntries(known.map((name) => [name, value]));
        const text = JSON.stringify({
          ...members,
          ...rest,
          rule: { sidid: 5, group: value, level: value },
        });
        expect(read(text).facts.ruleId).toBe('5');
      }),
    );
  });
});

describe('an alert of the text log', () => {
  it('becomes the same as its JSON, as far as the text says it', () => {
    const samples = textSamples();
    expect(samples).toHaveLength(5);
    const lines = fixtureLines('samples/ossec_alerts.json').filter((line) => line.length > 0);
    expect(lines).toHaveLength(3);
    for (const [i, line] of lines.entries()) {
      const [text, json] = [read(samples[i] as Buffer), read(line)];
      expect(text.facts).toEqual(json.facts);
      expect(text.old.fullLocation()).toBe(json.old.fullLocation());
      const shown = (alert: JsonObject) => [alert['timestamp'], alert['agent'], alert['syscheck']];
      expect(shown(jsonOf(samples[i] as Buffer))).toEqual(shown(jsonOf(line)));
    }
  });

  it('keeps hostile text as text, and compliance apart from groups', () => {
    const [, , , login, web] = textSamples() as [Buffer, Buffer, Buffer, Buffer, Buffer];
    expect(jsonOf(login)).toMatchObject({
      rule: { groups: ['pam', 'syslog', 'authentication_success'], pci_dss: ['10.2.5'] },
      data: { dstuser: 'root' },
    });
    expect(jsonOf(web)).toMatchObject({
      rule: { description: `Web server 400 error code. It's "quoted" $here` },
      full_log: expect.stringContaining("/a'b`c$(id);!\\x"),
    });
  });

  it.each<[string, string, JsonObject, string]>([
    ['a field after the log', 'log\nSrc IP: 6.6.6.6', {}, 'log\nSrc IP: 6.6.6.6'],
    ['a second rule', "log\nRule: 1 (level 15) -> 'x'", {}, "log\nRule: 1 (level 15) -> 'x'"],
    ['a field out of order', 'User: root\nSrc IP: 6.6.6.6', { dstuser: 'root' }, 'Src IP: 6.6.6.6'],
    ['a field twice', 'Src IP: 1.1.1.1\nSrc IP: 6.6.6.6', { srcip: '1.1.1.1' }, 'Src IP: 6.6.6.6'],
    ['an address that is none', 'Src IP: it was me', {}, 'Src IP: it was me'],
    ['a port that is none', 'Src Port: 22 or so', {}, 'Src Port: 22 or so'],
  ])('is not forged by %s', (_, rest, data, log) => {
    const alert = jsonOf(HEAD + rest);
    expect(alert['data'] ?? {}).toEqual(data);
    expect(alert['full_log']).toBe(log);
    expect(alert['rule']).toMatchObject({ id: '5', level: 7, description: "It's", mail: true });
  });

  it('takes lines about files only from the file monitoring itself', () => {
    const lines =
      "Integrity checksum changed for: '/x'\nOld md5sum was: 'aa'\nNew md5sum is : 'bb'";
    expect(jsonOf(HEAD + lines)['syscheck']).toBeUndefined();
    const fim = HEAD.replace('/var/log/x', 'syscheck');
    const changed = `${fim}${lines}\nWhat changed:\nNew sha1sum is : 'cc'`;
    expect(jsonOf(changed)['syscheck']).toEqual({
      path: '/x',
      event: 'modified',
      md5_before: 'aa',
      md5_after: 'bb',
    });
    expect(jsonOf(`${fim}New file '/y' added to the file system.`)['syscheck']).toEqual({
      path: '/y',
      event: 'added',
    });
  });

  it('skips labels that Wazuh writes before the rule', () => {
    const alert = HEAD.replace('Rule:', 'env: prod\nRule:');
    expect(jsonOf(`${alert}log`)).toMatchObject({ rule: { id: '5' }, full_log: 'log' });
  });

  it.each(['** Alert x', HEAD.slice(0, 60), HEAD.replace('Rule: 5', 'Rule: x')])(
    'is none when its first lines are not right: %j',
    (text) => {
      expect(readAlert(Buffer.from(text))).toBe('not an alert of alerts.log');
    },
  );
});
