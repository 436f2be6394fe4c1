import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alertLine } from '../support/home.ts';
import { until } from '../support/program.ts';
import { Debian, noDebian } from './support/debian.ts';
import { madeFile } from './support/made-packages.ts';
import { append, BLOCK, delivered, HOME, setUpManager } from './support/manager.ts';

const PROGRAM = '/usr/lib/integratord';
const UNIT = '/usr/lib/systemd/system/integratord.service';
const KEEP = '/usr/lib/systemd/system/integratord-keep.service';

/** What would keep Node, or what it loads, from being ours. */
const HOSTILE = {
  NODE_OPTIONS: '--require=/tmp/hostile.js',
  NODE_PATH: '/tmp',
  NODE_COMPILE_CACHE: '/tmp/cache',
};

describe.skipIf(noDebian)('the .deb on a Debian without Node and network', () => {
  let debian: Debian;
  let before: string[];
  let printed: string;

  beforeAll(async () => {
    debian = await Debian.start();
    setUpManager(debian);
    before = debian.files();
    printed = debian.install(madeFile(/_amd64\.deb$/));
  });
  afterAll(() => debian.remove());

  it('has neither Node nor a network there', () => {
    expect(debian.run(['sh', '-c', 'command -v node']).code).not.toBe(0);
    expect(debian.must(['cat', '/proc/net/route']).trim().split('\n')).toHaveLength(1);
  });

  it('says how to look first, and the two ways; changes nothing of the manager', () => {
    expect(printed).toContain('integratord setup\n');
    expect(printed).toContain('integratord install && /var/ossec/bin/wazuh-control restart');
    expect(printed).toContain('systemctl enable --now integratord');
    const changed = debian.files().filter((path) => !before.includes(path));
    expect(changed.filter((path) => path.startsWith(HOME))).toEqual([]);
    expect(debian.read(`${HOME}/bin/wazuh-integratord`)).toContain('original');
  });

  it('belongs to root, and its configuration and state to the manager as well', () => {
    const others = `find ${PROGRAM} ! -type l ( ! -user root -o ! -group root -o -perm /022 )`;
    expect(debian.must(others.split(' '))).toBe('');
    const owner = (path: string) => debian.must(['stat', '-c', '%U:%G %a', path]).trim();
    expect(owner('/etc/integratord')).toBe('root:wazuh 750');
    expect(owner('/etc/integratord/integrations.conf')).toBe('root:wazuh 640');
    expect(owner('/var/lib/integratord')).toBe('wazuh:wazuh 700');
    expect(debian.must(['dpkg', '--verify', 'integratord'])).toBe('');
  });

  it('has what belongs in the places of the system', () => {
    for (const path of [
      UNIT,
      KEEP,
      '/usr/lib/systemd/system/integratord-keep.path',
      '/usr/share/bash-completion/completions/integratord',
      '/usr/share/fish/vendor_completions.d/integratord.fish',
      '/usr/share/zsh/vendor-completions/_integratord',
      '/usr/share/man/man1/integratord.1.gz',
      '/usr/share/doc/integratord/copyright',
      '/usr/share/doc/integratord/changelog.gz',
      '/usr/share/doc/integratord/docs/drop-in.md',
      '/usr/share/integratord/grafana/integratord.json',
      '/usr/share/integratord/prometheus/integratord.rules.yml',
      '/usr/share/integratord/zabbix/integratord.yaml',
    ]) {
      expect([path, debian.exists(path)]).toEqual([path, true]);
    }
    expect(debian.files().filter((path) => path.endsWith('.wants/integratord.service'))).toEqual(
      [],
    );
    const complete =
      '. /usr/share/bash-completion/completions/integratord && complete -p integratord';
    expect(debian.must(['bash', '-c', complete])).toContain('_integratord');
  });

  it('answers without a PATH, and loads nothing that the caller names', () => {
    debian.must(['sh', '-c', 'echo "throw new Error(1)" > /tmp/hostile.js']);
    const bare = debian.must(['/usr/bin/env', '-i', '/usr/bin/integratord', '--version']);
    const options = { env: HOSTILE, user: 'somebody' };
    expect(debian.must(['integratord', '--version'], options)).toBe(bare);
    expect(debian.exists('/tmp/cache')).toBe(false);
  });

  it('checks the configuration as the manager, and as somebody who may not read it', () => {
    const { code, stdout } = debian.run(['integratord', 'check'], { user: 'wazuh' });
    expect([code, stdout]).toEqual([0, expect.stringContaining('1 integration')]);
    const somebody = debian.run(['integratord', 'check'], { user: 'somebody' });
    expect(somebody.code).toBe(1);
    expect(somebody.stdout + somebody.stderr).toContain(`${HOME}/etc/ossec.conf`);
  });

  it('runs as the unit starts it, and delivers', async () => {
    expect(debian.read(UNIT)).toMatch(/^StateDirectory=integratord$/m);
    const conf = `<ossec_config>${BLOCK}</ossec_config>`;
    debian.must(['tee', '/etc/integratord/integrations.conf'], { input: conf });
    const daemon = debian.spawn(debian.startOf(UNIT), { user: 'wazuh' });
    let log = '';
    daemon.stderr?.on('data', (text: Buffer) => {
      log += text.toString();
    });
    await until(() => log.includes('"ready"'), 'it is ready', 30_000);
    append(debian, alertLine(1), alertLine(2));
    await until(() => delivered(debian).length === 2, `both are delivered:\n${log}`, 30_000);
    const status = ['integratord', 'status', '--state', '/var/lib/integratord'];
    expect(debian.run(status).code).toBe(0);
    debian.must(['sh', '-c', `kill $(pidof ${PROGRAM}/bin/node)`]);
    await until(() => daemon.exitCode !== null, 'it has ended', 30_000);
    expect(daemon.exitCode).toBe(0);
  });

  it('means the files of the unit where that is enabled', () => {
    const wants = '/etc/systemd/system/multi-user.target.wants';
    debian.must(['mkdir', '-p', wants]);
    debian.must(['ln', '-s', UNIT, `${wants}/integratord.service`]);
    const { stdout } = debian.run(['integratord', 'check']);
    expect(stdout).toContain('/etc/integratord/integrations.conf');
    // And its variables, which are root's, and are no commands.
    const blocks = debian.read('/etc/integratord/integrations.conf');
    const slack =
      '<ossec_config><integration><name>slack</name><hook_url>${env:HOOK}</hook_url></integration></ossec_config>';
    debian.must(['tee', '/etc/integratord/integrations.conf'], { input: slack });
    const lines = [
      '# keys',
      'HOOK="http://127.0.0.1:9/$(touch /tmp/run)"',
      'NODE_OPTIONS=--require=/tmp/hostile.js',
      'touch /tmp/run',
      'a;touch /tmp/run=1',
      "LAST='x'",
    ];
    debian.must(['tee', '/etc/integratord/environment'], { input: lines.join('\n') });
    debian.must(['chmod', '0600', '/etc/integratord/environment']);
    const check = debian.run(['integratord', 'check']);
    expect([check.code, check.stdout + check.stderr]).toEqual([
      0,
      expect.stringContaining('1 enabled'),
    ]);
    const set = debian.run(['integratord', 'check'], { env: { HOOK: 'no address' } });
    expect(set.code).toBe(1);
    expect(debian.exists('/tmp/run')).toBe(false);
    debian.must(['rm', '/etc/integratord/environment']);
    debian.must(['tee', '/etc/integratord/integrations.conf'], { input: blocks });
    const elsewhere = debian.run(['integratord', 'check', '--home', HOME]);
    expect(elsewhere.stdout).toContain(`${HOME}/etc/ossec.conf`);
    debian.must(['rm', '-r', wants]);
  });

  it('takes the place of the original with the Node that it brings', async () => {
    const install = debian.must(['integratord', 'install'], { env: HOSTILE });
    expect(install).toContain('keep the original');
    const launcher = debian.read(`${HOME}/bin/wazuh-integratord`);
    expect(launcher).toContain(`node='${PROGRAM}/bin/node'`);
    expect(launcher).toContain(`program='${PROGRAM}/dist/cli/wazuh.js'`);
    expect(debian.must([`${HOME}/bin/wazuh-integratord`], { env: HOSTILE })).not.toContain(
      'original',
    );
    const log = `${HOME}/logs/ossec.log`;
    const hasStarted = () => debian.exists(log) && debian.read(log).includes('Started (pid');
    await until(hasStarted, 'it runs', 30_000);
    append(debian, alertLine(3));
    await until(() => delivered(debian).includes('1787224951.3'), 'it is delivered', 30_000);
  });

  it('is put back by its unit when an upgrade of the manager has replaced it', () => {
    const program = `${HOME}/bin/wazuh-integratord`;
    const launcher = debian.read(program);
    const keep = debian.startOf(KEEP);
    expect(debian.must(keep)).toBe('nothing to do: integratord is in its place\n');
    debian.must(['sh', '-c', `printf '#!/bin/sh\\necho original\\n' > '${program}.new'`]);
    debian.must(['sh', '-c', `chmod 750 '${program}.new' && mv '${program}.new' '${program}'`]);
    expect(debian.must(keep)).toContain('write the launcher');
    expect(debian.read(program)).toBe(launcher);
  });

  it('looks at the manager as its user, and says the places of the package', () => {
    const { stdout } = debian.run(['integratord', 'setup']);
    expect(stdout).toContain(`in ${HOME}, found in its usual place`);
    expect(stdout).toContain('tried as user wazuh');
    expect(stdout).toContain('integratord is there already');
  });

  it('goes on in the manager’s place while the package is upgraded', async () => {
    const upgrade = debian.install(madeFile(/_amd64\.deb$/));
    expect(upgrade).toContain('restart the manager in /var/ossec to run this version');
    append(debian, alertLine(4));
    await until(() => delivered(debian).includes('1787224951.4'), 'it is delivered', 30_000);
    expect(debian.read('/etc/integratord/integrations.conf')).toContain('custom-note');
  });

  it('gives the manager its original back when it is removed, and leaves only state', () => {
    const removed = debian.must(['dpkg', '--remove', 'integratord']);
    expect(removed).toContain('The manager in /var/ossec gets its own Integrator back');
    expect(debian.read(`${HOME}/bin/wazuh-integratord`)).toContain('original');
    const left = debian.files().filter((path) => !before.includes(path));
    const places = ['/etc/integratord', '/var/lib/integratord', `${HOME}/queue/integratord`];
    const isState = (path: string) =>
      places.some((place) => path === place || path.startsWith(`${place}/`));
    expect(left.filter((path) => !isState(path) && !path.startsWith(`${HOME}/`))).toEqual([]);
    expect(left).toContain('/var/lib/integratord/outbox.db');
    expect(left).toContain(`${HOME}/queue/integratord/outbox.db`);
  });

  it('removes the state, too, when it is purged', () => {
    debian.must(['sh', '-c', `kill $(pidof ${PROGRAM}/bin/node) || true`]);
    debian.must(['dpkg', '--purge', 'integratord']);
    const left = debian.files().filter((path) => !before.includes(path));
    expect(left.filter((path) => /integratord/.test(path.replace(/\/logs\/.*/, '')))).toEqual([]);
  });
});
