import { describe, expect, it } from 'vitest';
import { parseHosts, usableAddresses } from './hosts-file.ts';
import { asksFilesFirst } from './name-service-switch.ts';

const found = (text: string, name: string) =>
  parseHosts(text)
    .get(name)
    ?.map((a) => a.address);

describe('a hosts file', () => {
  it.each([
    ['a line', '10.0.0.1 soc', ['10.0.0.1']],
    ['an alias after tabs', '10.0.0.1\tfirst\t\tsoc', ['10.0.0.1']],
    ['letters of either case', '10.0.0.1 SOC', ['10.0.0.1']],
    ['several lines', '10.0.0.1 soc\n10.0.0.2 soc', ['10.0.0.1', '10.0.0.2']],
    ['both families', '10.0.0.1 soc\n2001:db8::1 soc', ['10.0.0.1', '2001:db8::1']],
    ['the same address twice', '10.0.0.1 soc soc\n10.0.0.1 soc', ['10.0.0.1']],
    ['lines that end like those of Windows', '10.0.0.1 soc\r\n', ['10.0.0.1']],
    ['a comment after it', '  10.0.0.1 soc#other', ['10.0.0.1']],
    ['a comment', '# 10.0.0.1 soc', undefined],
    ['a comment before it', '10.0.0.1 other # soc', undefined],
    ['what is no address', '10.0.0 soc\nsoc soc\n10.0.0.01 soc', undefined],
    ['an address of one link', 'fe80::1%eth0 soc', undefined],
    ['an address alone', '10.0.0.1', undefined],
  ])('with %s', (_what, text, addresses) => {
    expect(found(text, 'soc')).toEqual(addresses);
  });
});

describe('addresses of a hosts file', () => {
  const parse = (text: string) => parseHosts(text).get('soc') ?? [];
  const both = parse('10.0.0.1 soc\n2001:db8::1 soc\n::1 soc');
  const use = (all: typeof both, v4: boolean, v6: boolean, loopback6 = true) =>
    usableAddresses(all, { v4, v6, loopback6 }).map(({ address }) => address);

  it('are those of the only family that the machine has', () => {
    expect(use(both, true, false)).toEqual(['10.0.0.1', '127.0.0.1']);
    expect(use(both, false, true)).toEqual(['2001:db8::1', '::1']);
    expect(use(parse('10.0.0.1 soc'), false, true)).toEqual([]);
    expect(use(parse('::ffff:10.0.0.9 soc\n::2 soc'), true, false)).toEqual(['10.0.0.9']);
    expect(use(parse('127.0.0.1 soc\n::1 soc'), true, false)).toEqual(['127.0.0.1']);
  });

  it('come in the order in which they can be reached', () => {
    expect(use(both, true, true)).toEqual(['2001:db8::1', '::1', '10.0.0.1']);
    expect(use(both, false, false)).toEqual(['::1', '2001:db8::1', '10.0.0.1']);
    const itself = parse('::1 soc\n127.0.0.1 soc');
    expect(use(itself, false, false)).toEqual(['::1', '127.0.0.1']);
    expect(use(itself, false, false, false)).toEqual(['127.0.0.1', '::1']);
  });
});

describe('the order of an nsswitch.conf', () => {
  it.each([
    ['passwd: files\nhosts: files dns', true],
    ['hosts:files', true],
    ['hosts:          files mdns4_minimal [NOTFOUND=return] dns myhostname', true],
    ['hosts: files # dns', true],
    ['hosts: files [SUCCESS=merge] dns', false],
    ['hosts: dns files', false],
    ['hosts: mymachines resolve [!UNAVAIL=return] files dns', false],
    ['# hosts: files dns', false],
    ['hosts: files\nhosts: dns', false],
    ['', false],
  ])('%j: the file first is %s', (text, isFirst) => {
    expect(asksFilesFirst(text)).toBe(isFirst);
  });
});
