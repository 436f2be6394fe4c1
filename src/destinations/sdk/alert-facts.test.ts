import { describe, expect, it } from 'vitest';
import { anAlert } from '../../../test/support/jobs.ts';
import { fixture } from '../../../test/support/vectors.ts';
import { factsOf, oneLine } from './alert-facts.ts';

describe('facts', () => {
  it('say what an alert is about', () => {
    const sample = fixture('samples/w4_01_syscheck_modified_whodata.json');
    expect(factsOf(anAlert(sample))).toEqual([
      ['Rule', '550 (level 7): Integrity checksum changed.'],
      ['Agent', 'web01 (001, 10.0.0.21)'],
      ['Manager', 'wazuh-manager (node01)'],
      ['Location', expect.any(String)],
      ['Time', '2026-08-20T11:20:02.417+0000'],
      ['Alert', '1787224802.1048576'],
      ['File', '/etc/ssh/sshd_config'],
      ['Groups', 'ossec, syscheck, syscheck_entry_modified, syscheck_file'],
      ['MITRE ATT&CK', 'T1565.001'],
    ]);
  });

  it('are never none', () => {
    expect(factsOf(anAlert({}))).toEqual([['Rule', 'unknown (level unknown)']]);
  });

  it('are single lines of ordinary characters, and short', () => {
    const facts = factsOf(
      anAlert({
        rule: {
          id: 7,
          level: 3,
          description: 'a\r\nb\u0000\u009b',
          groups: ['x', null, {}, 'y\nz'],
        },
        agent: { name: '\ud800' },
        agentless: { host: 'h'.repeat(1000) },
      }),
    );
    expect(facts[0]).toEqual(['Rule', '7 (level 3): a b\ufffd\ufffd']);
    expect(facts[1]).toEqual(['Agent', '\ufffd']);
    expect(facts[2]?.[1]).toHaveLength(500);
    expect(facts[3]).toEqual(['Groups', 'x, {}, y z']);
  });
});

describe('one line', () => {
  it.each([
    [undefined, undefined],
    [' \n ', undefined],
    [' a \t\n b ', 'a b'],
  ])('of %j is %j', (text, expected) => {
    expect(oneLine(text)).toBe(expected);
  });
});
