import { copyFileSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alertLine } from '../support/home.ts';
import { until } from '../support/program.ts';
import { Debian, noDebian } from './support/debian.ts';
import { madeFile, ROOT } from './support/made-packages.ts';
import { append, BLOCK, delivered, HOME, setUpManager } from './support/manager.ts';

/** The commands of a chapter of the installation guide, as they are there. */
function documented(chapter: string): string {
  const page = readFileSync(join(ROOT, 'docs', 'installation.md'), 'utf8');
  const [, text = ''] = page.split(`\n## ${chapter}\n`);
  return /```sh\n([^]*?)```/.exec(text)?.[1] ?? '';
}

describe.skipIf(noDebian)('the tarball, by the steps of its documentation', () => {
  let debian: Debian;
  let setup: string;
  beforeAll(async () => {
    debian = await Debian.start();
    setUpManager(debian);
    const tarball = madeFile(/-linux-x64\.tar\.gz$/);
    copyFileSync(tarball, debian.path(`/root/${basename(tarball)}`));
    setup = debian.must(['sh', '-ec', `cd /root\n${documented('The tarball')}`]);
  });
  afterAll(() => debian.remove());

  it('has its command where a shell finds it', () => {
    expect(debian.must(['integratord', '--version'])).toMatch(/^\d+\.\d+/);
    expect(setup).toContain('\n     integratord install\n');
  });

  it('names its command by its path where a shell would not find it', () => {
    const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };
    const printed = debian.must(['/opt/integratord/bin/integratord', 'setup'], { env });
    expect(printed).toContain('\n     /opt/integratord/bin/integratord install\n');
  });

  it('has a unit that starts it with the Node that it brings, and setup says how to enable it', async () => {
    const commands = [
      'cp /opt/integratord/contrib/systemd/integratord.service /etc/systemd/system/',
      `install -d -o wazuh -m 0700 '${HOME}/queue/integratord'`,
      'systemctl daemon-reload && systemctl enable --now integratord',
    ];
    expect(setup).toContain(commands.map((command) => `     ${command}\n`).join(''));
    for (const command of commands.slice(0, 2)) debian.must(['sh', '-c', command]);
    const conf = `<ossec_config>${BLOCK}</ossec_config>`;
    debian.must(['tee', `${HOME}/etc/integrations.conf`], { input: conf });
    const start = debian.startOf('/etc/systemd/system/integratord.service');
    const daemon = debian.spawn(start, { user: 'wazuh' });
    let log = '';
    daemon.stderr?.on('data', (text: Buffer) => {
      log += text.toString();
    });
    await until(() => log.includes('"ready"'), `it is ready:\n${log}`, 30_000);
    append(debian, alertLine(1));
    await until(() => delivered(debian).length === 1, `it is delivered:\n${log}`, 30_000);
    expect(debian.must(['integratord', 'setup'])).toContain('integratord is there already.');
    debian.must(['sh', '-c', 'kill $(pidof /opt/integratord/bin/node)']);
    await until(() => daemon.exitCode !== null, 'it has ended', 30_000);
  });

  it('keeps its place by its unit, as that is', () => {
    debian.must(['integratord', 'install']);
    const keep = debian.startOf('/opt/integratord/contrib/systemd/integratord-keep.service');
    expect(debian.must(keep)).toBe('nothing to do: integratord is in its place\n');
  });
});
