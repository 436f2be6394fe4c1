import { describe, expect, it } from 'vitest';
import type { AlertFacts } from '../alert/facts.ts';
import { type Filters, groupNames, namesHost, recogniseGroup } from './dialect.ts';
import { compileFilter } from './filter.ts';

const NONE = { level: 0, ruleIds: undefined, group: undefined, eventLocation: undefined };
const FACTS: AlertFacts = {
  level: 7,
  ruleId: '5710',
  groups: ['syslog', 'sshd', 'authentication_failed'],
  location: '/var/log/auth.log',
  id: '1.2',
};
const FULL = '(web-01) 10.0.0.5->/var/log/auth.log';

const passes = (filters: Partial<Filters>, facts = FACTS, groupText?: string) =>
  compileFilter({ ...NONE, ...filters })(facts, {
    fullLocation: () => FULL,
    groupText: () => groupText,
  });

describe('the dialect of a <group>', () => {
  it.each([
    'sshd,web',
    ' sshd',
    'sshd, web',
    'web,attack,',
    ',sshd',
    'SSHD',
    'sshd,',
    '',
    ',',
    ',,',
  ])('%j is a list, without doubt', (text) => {
    expect(recogniseGroup(text)).toEqual({ dialect: 'exact', isDoubtful: false });
  });

  it.each(['multiple_drops,|authentication_failures,', 'sshd,|web,', '!sshd,', '^ syslog,'])(
    '%j is a pattern, without doubt',
    (text) => {
      expect(recogniseGroup(text)).toEqual({ dialect: 'sregex', isDoubtful: false });
    },
  );

  it.each([
    ['sshd|web', 'exact'],
    ['!sshd', 'exact'],
    ['sshd,|web', 'sregex'],
    ['|,', 'exact'],
  ] as const)('%j is doubtful, and taken for %s', (text, dialect) => {
    expect(recogniseGroup(text)).toEqual({ dialect, isDoubtful: true });
  });

  it('is what a setting says', () => {
    expect(groupNames({ group: 'a,|b,', settings: { groupDialect: 'exact' } })).toEqual([
      'a',
      '|b',
    ]);
    expect(groupNames({ group: 'a,b', settings: { groupDialect: 'sregex' } })).toBeUndefined();
  });
});

describe('a pattern of groups', () => {
  it.each([
    ['web,|sshd,', true],
    ['web,|SSHD,', true],
    ['web,|ssh,', false],
    ['hd,|x,', true],
    ['^ syslog,', true],
    ['^syslog,', false],
    ['^ sshd,', false],
    ['!sshd,', false],
    ['!web,', true],
    ['syslog,sshd,|x,', true],
  ])('%j', (group, expected) => {
    expect(passes({ group })).toBe(expected);
  });

  it('sees compliance among the groups', () => {
    expect(passes({ group: 'pci_dss_10.2.5,|web,' }, FACTS, 'pam,pci_dss_10.2.5,')).toBe(true);
    expect(passes({ group: 'pci_dss_10.2.5,|web,' }, FACTS)).toBe(false);
  });

  it('lets no alert without groups pass', () => {
    expect(passes({ group: '!web,' }, { ...FACTS, groups: undefined })).toBe(false);
  });
});

describe('an event_location about hosts', () => {
  const early = { isEarly: true };
  it.each<[string, Partial<Filters>, boolean]>([
    ['web-01', {}, false],
    ['web-01', early, true],
    ['10.0.0.5', early, true],
    ['^(web-01)', early, true],
    ['^(web-02)', early, false],
    ['^(web-01)', {}, false],
    ['^/var/log', early, true],
    ['!web-01', early, true],
    ['!(web-01)', early, false],
    ['!^/var', early, false],
    ['^(web-01)', { settings: { locationDialect: 'full' } }, true],
    ['^/var/log', { settings: { locationDialect: 'full' } }, false],
    ['web-01', { isEarly: true, settings: { locationDialect: 'json' } }, false],
  ])('%j in %j', (eventLocation, filters, expected) => {
    expect(passes({ eventLocation, ...filters })).toBe(expected);
  });

  it('is compared with both locations of an alert of OSSEC, whatever the block', () => {
    const facts = { ...FACTS, fromOssec: true };
    for (const eventLocation of ['^(web-01)', 'any|10.0.0', '^/var/log']) {
      expect(passes({ eventLocation }, facts)).toBe(true);
    }
    expect(passes({ eventLocation: '!web-01' }, facts)).toBe(false);
  });

  it('takes the location for the full one where nothing is known of the host', () => {
    const settings = { locationDialect: 'full' } as const;
    expect(compileFilter({ ...NONE, eventLocation: '^/var', settings })(FACTS)).toBe(true);
  });

  it.each([
    ['(web-01) any', true],
    ['^(web-01)', true],
    ['x|any->', true],
    ['web-01', false],
    ['a(b)', false],
  ])('%j names a host: %s', (pattern, expected) => {
    expect(namesHost(pattern)).toBe(expected);
  });
});
