import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import { tempDir } from '../../../test/support/temp-dir.ts';
import { LocalNames } from './local-names.ts';

let clock: FakeClock;
let hosts: string;
let nsswitch: string;
let local: LocalNames;

beforeEach(() => {
  clock = new FakeClock();
  const directory = tempDir();
  hosts = join(directory, 'hosts');
  nsswitch = join(directory, 'nsswitch.conf');
  writeFileSync(hosts, '10.0.0.1 soc\n');
  writeFileSync(nsswitch, 'hosts: files dns\n');
  const families = () => ({ v4: true, v6: false, loopback6: false });
  local = new LocalNames({ clock, hosts, nsswitch, families });
});

const find = (name: string) => local.find(name)?.map(({ address }) => address);

it('finds the names of the hosts file, in letters of either case, and no others', () => {
  expect(find('soc')).toEqual(['10.0.0.1']);
  expect(find('SOC')).toEqual(['10.0.0.1']);
  expect(find('other')).toBeUndefined();
});

it('reads the hosts file again when it has changed', () => {
  expect(find('soc')).toEqual(['10.0.0.1']);
  writeFileSync(hosts, '10.0.0.2 soc\n10.0.0.3 new\n');
  clock.tick(1000);
  expect(find('soc')).toEqual(['10.0.0.2']);
  expect(find('new')).toEqual(['10.0.0.3']);
});

it('asks the system where the hosts file does not come first, from when that changes', () => {
  expect(find('soc')).toEqual(['10.0.0.1']);
  writeFileSync(nsswitch, 'hosts: dns files\n');
  clock.tick(1000);
  expect(find('soc')).toBeUndefined();
});

it('asks the system when a file is missing or very large, or holds only the other family', () => {
  writeFileSync(hosts, '2001:db8::1 soc\n');
  expect(find('soc')).toBeUndefined();
  writeFileSync(hosts, `10.0.0.1 soc\n${'#'.repeat(1024 * 1024)}`);
  clock.tick(1000);
  expect(find('soc')).toBeUndefined();
  writeFileSync(hosts, '10.0.0.1 soc\n');
  rmSync(nsswitch);
  clock.tick(1000);
  expect(find('soc')).toBeUndefined();
  writeFileSync(nsswitch, 'hosts: files\n');
  rmSync(hosts);
  clock.tick(1000);
  expect(find('soc')).toBeUndefined();
});
