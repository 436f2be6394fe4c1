import { appendFileSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alertLine } from '../support/home.ts';
import { until } from '../support/program.ts';
import { BootedDebian, noSystemd } from './support/booted-debian.ts';
import { madeFile } from './support/made-packages.ts';
import { HOME, SET_UP } from './support/manager.ts';

/** The manager's logs are the only place outside its state where the unit lets a script write. */
const NOTES = `${HOME}/logs/notes`;
const block = (level: number) =>
  `<ossec_config><integration><name>custom-note</name><level>${level}</level><alert_format>json</alert_format></integration></ossec_config>`;

describe.skipIf(noSystemd)('the units, run by systemd', () => {
  let system: BootedDebian;
  const path = (name: string) => join(system.root, name);
  const configure = (level: number) =>
    writeFileSync(path('/etc/integratord/integrations.conf'), block(level));
  const append = (number: number) =>
    appendFileSync(path(`${HOME}/logs/alerts/alerts.json`), `${alertLine(number)}\n`);
  const noted = () => system.run(`cat ${NOTES}`).stdout.trim().split('\n');
  const arrives = (number: number) =>
    until(() => noted().includes(`1787224951.${number}`), `${number} arrives`, 30_000);
  const status = () => system.run('integratord status');
  const runs = () => until(() => status().code === 0, 'it runs', 30_000);

  beforeAll(async () => {
    system = await BootedDebian.start();
    system.must(SET_UP);
    const script = `${HOME}/integrations/custom-note`;
    const text = readFileSync(path(script), 'utf8');
    writeFileSync(path(script), text.replace(/>> .*/, `>> ${NOTES}`));
    copyFileSync(madeFile(/_amd64\.deb$/), path('/root/integratord.deb'));
    system.must('dpkg -i /root/integratord.deb');
  });
  afterAll(() => system.remove());

  it('deliver, follow a reload, and go on after a kill', async () => {
    configure(3);
    system.must('systemctl enable --now integratord');
    await runs();
    append(1);
    await arrives(1);
    configure(4);
    system.must('systemctl reload integratord');
    const log = () => system.must('journalctl -u integratord -o cat --no-pager');
    await until(() => log().includes('configuration reloaded'), 'it is reloaded');
    system.must('kill -9 $(systemctl show -P MainPID integratord)');
    append(2);
    expect(status().code).toBe(2);
    await arrives(2);
    expect(system.must('systemctl show -P NRestarts integratord').trim()).toBe('1');
  });

  it('confine the daemon: without rights of root, and the manager cannot be changed', () => {
    const pid = system.must('systemctl show -P MainPID integratord').trim();
    expect(system.must(`grep CapEff /proc/${pid}/status`)).toMatch(/\t0+$/m);
    const touch = (file: string) => system.run(`nsenter -t ${pid} -m touch ${file}`).stderr;
    for (const file of [`${HOME}/etc/x`, `${HOME}/bin/x`, '/usr/x', '/etc/x']) {
      expect(touch(file)).toContain('Read-only file system');
    }
    expect(touch('/var/lib/integratord/x')).toBe('');
  });

  it('stop at once, and are valid', () => {
    system.must('systemctl disable --now integratord');
    const shown = system.must('systemctl show -p Result -p ExecMainStatus integratord');
    expect(shown.trim().split('\n').toSorted()).toEqual(['ExecMainStatus=0', 'Result=success']);
    const units = ['integratord-keep.service', 'integratord-keep.path'];
    system.must(`systemd-analyze verify --man=no ${['integratord.service', ...units].join(' ')}`);
  });

  it('put integratord back when an upgrade of the manager has replaced it', async () => {
    system.must('integratord install');
    system.must('systemctl start integratord-keep.path');
    const program = `${HOME}/bin/wazuh-integratord`;
    system.must(`cp -p ${program}.original ${program}.new && mv ${program}.new ${program}`);
    const isBack = () => system.must(`cat ${program}`).includes('integratord launcher');
    await until(isBack, 'it is back', 30_000);
    expect(system.must('systemctl --failed --no-legend')).toBe('');
  });
});
