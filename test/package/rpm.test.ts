import { execFileSync, spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isMissing, mustRun } from '../support/requirement.ts';
import { Debian, noDebian } from './support/debian.ts';
import { madeFile } from './support/made-packages.ts';
import { HOME, setUpManager } from './support/manager.ts';

const noRpm = isMissing('An .rpm is made and tried with rpm (apt-get install rpm).', () => {
  mustRun('rpmbuild', '--version');
  mustRun('rpm', '--version');
});

function rpm(...args: readonly string[]): string {
  return execFileSync('rpm', args, { encoding: 'utf8', maxBuffer: 64 << 20 });
}

describe.skipIf(noRpm)('the .rpm', () => {
  it.each(['x86_64', 'aarch64'])('of %s is whole, and says what it needs', (arch) => {
    const path = madeFile(new RegExp(`${arch}\\.rpm$`));
    expect(rpm('-K', '--nosignature', path)).toMatch(/digests OK$/m);
    expect(rpm('-qp', '--qf', '%{ARCH} %{OS} %{PAYLOADCOMPRESSOR}', path)).toBe(
      `${arch} linux gzip`,
    );
    const requires = rpm('-qp', '--requires', path).split('\n');
    expect(requires).toContain('libc.so.6(GLIBC_2.28)(64bit)');
    expect(requires).toContain('libstdc++.so.6(CXXABI_1.3.11)(64bit)');
    // What RHEL 8 does not have.
    expect(
      requires.filter((line) => /GLIBC_2\.(29|[3-9]\d)|GLIBCXX_3\.4\.2[6-9]/.test(line)),
    ).toEqual([]);
    expect(rpm('-qlp', path).split('\n')).toContain('/usr/share/zsh/site-functions/_integratord');
    expect(rpm('-qcp', path).trim().split('\n')).toEqual([
      '/etc/integratord/integrations.conf',
      '/etc/integratord/integratord.yaml',
    ]);
  });

  describe.skipIf(noDebian)('on a system of its own', () => {
    let system: Debian;
    beforeAll(async () => {
      system = await Debian.start();
      setUpManager(system);
    });
    afterAll(() => system.remove());

    /** With the database of packages in that system, which is Debian's and has no other .rpm. */
    const place = () => ['--root', system.root, '--dbpath', '/var/lib/rpm', '--nodeps'];
    const on = (...args: readonly string[]) => rpm(...place(), ...args);

    it('is installed, upgraded and removed, and leaves only state', () => {
      const before = system.files();
      const path = madeFile(/x86_64\.rpm$/);
      expect(on('-i', path)).toContain('integratord setup\n');
      // What is the manager's group's or user's now, and nothing else.
      const args = [...place(), '-V', 'integratord'];
      const { stdout } = spawnSync('rpm', args, { encoding: 'utf8' });
      const changed = stdout.trim().split('\n');
      expect(changed.length).toBeGreaterThan(0);
      expect(changed.filter((line) => !/ \/(etc|var\/lib)\/integratord/.test(line))).toEqual([]);
      const options = { user: 'wazuh' };
      expect(system.must(['integratord', 'check'], options)).toContain('1 integration');
      system.must(['integratord', 'install']);

      expect(on('-U', '--force', path)).toContain('restart the manager in /var/ossec');
      expect(system.read(`${HOME}/bin/wazuh-integratord`)).toContain('integratord launcher');

      // An upgrade of the manager, which its unit notices.
      const keep = system.startOf('/usr/lib/systemd/system/integratord-keep.service');
      expect(system.must(keep)).toContain('nothing to do');
      const program = `${HOME}/bin/wazuh-integratord`;
      system.must(['cp', '-p', `${program}.original`, `${program}.new`]);
      system.must(['mv', `${program}.new`, program]);
      expect(system.must(keep)).toContain('write the launcher');
      expect(system.read(program)).toContain('integratord launcher');

      expect(on('-e', 'integratord')).toContain(
        'The manager in /var/ossec gets its own Integrator',
      );
      expect(system.read(`${HOME}/bin/wazuh-integratord`)).toContain('original');

      // Where an upgrade of the manager has put the original back, the older one beside it goes.
      on('-i', path);
      system.must(['integratord', 'install']);
      system.must(['cp', '-p', `${program}.original`, `${program}.new`]);
      system.must(['mv', `${program}.new`, program]);
      expect(on('-e', 'integratord')).toContain('a leftover');
      expect(system.read(program)).toContain('original');
      const left = system.files().filter((one) => !before.includes(one));
      expect(left).not.toContain(`${program}.original`);
      const isOther = (one: string) => !one.startsWith(HOME) && !one.includes('/rpm');
      expect(left.filter(isOther)).toEqual([]);
    });
  });
});
