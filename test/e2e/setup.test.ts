import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { alertLine } from '../support/home.ts';
import { IS_ROOT, ManagerHome, whyNotInstallable } from '../support/manager-home.ts';
import { COMMAND, type Finished, integratord } from '../support/program.ts';
import { Sink } from '../support/sink.ts';

let home: ManagerHome;
let sink: Sink;

/** All files below the home, with what tells that one was changed. */
function everything(): string[] {
  return readdirSync(home.path, { recursive: true, encoding: 'utf8' })
    .map((name) => {
      const { mode, uid, size, mtimeMs, ctimeMs } = statSync(join(home.path, name));
      return [name, mode, uid, size, mtimeMs, ctimeMs].join(' ');
    })
    .toSorted();
}

function setup(...args: string[]): Promise<Finished> {
  const user = IS_ROOT ? ['--user', '65534', '--group', '65534'] : [];
  return integratord(['setup', '--home', home.path, ...user, ...args]);
}

const asJson = async (...args: string[]) => {
  const { code, stdout } = await setup('--json', ...args);
  return { code, look: JSON.parse(stdout) as Record<string, unknown> };
};

beforeEach(async () => {
  sink = await Sink.start();
  home = new ManagerHome(
    `<integration><name>slack</name><hook_url>${sink.url}/services/SECRET</hook_url><level>10</level></integration>`,
    IS_ROOT ? 'root' : 'unprivileged',
  );
  home.write('bin/wazuh-analysisd', '', 0o750);
  home.write('bin/wazuh-control', '#!/bin/sh\nVERSION="v4.14.7"\n', 0o750);
  home.append(alertLine(1));
});
afterEach(async () => {
  await sink.close();
  home.remove();
});

// Only root can try what another user may do.
describe.skipIf(!IS_ROOT || whyNotInstallable() !== undefined)('a first look at a manager', () => {
  it('says what is there, what would happen, and the commands to go live, and changes nothing', async () => {
    const before = everything();
    const { code, stdout } = await setup();
    expect(everything()).toEqual(before);
    expect(code).toBe(0);
    expect(stdout).toContain(`Wazuh 4.14.7 in ${home.path}`);
    expect(stdout).toContain('wazuh-integratord does not run');
    expect(stdout).toContain('tried as user 65534');
    expect(stdout).toContain('Slack gets alerts of level 10 and above.');
    expect(stdout).toContain('Nothing was changed. To go live:');
    expect(stdout).toContain(`integratord install --home '${home.path}'`);
    expect(stdout).toContain(`${home.path}/bin/wazuh-control restart`);
    expect(stdout).toContain('systemctl enable --now integratord');
    expect(stdout).not.toContain('SECRET');
    expect(sink.requests).toEqual([]);
  });

  it('waits for nobody where pipes stand in the place of files, as whoever may write there could have it', async () => {
    for (const name of ['logs/alerts/alerts.json', 'VERSION.json']) {
      rmSync(join(home.path, name), { force: true });
      execFileSync('mkfifo', [join(home.path, name)]);
    }
    const { code, stdout } = await setup();
    expect(code).toBe(0);
    expect(stdout).toContain('alerts.json is not a file');
    rmSync(join(home.path, 'bin', 'wazuh-integratord'));
    execFileSync('mkfifo', [join(home.path, 'bin', 'wazuh-integratord')]);
    expect((await setup()).stdout).toContain('wazuh-integratord does not run');
  });

  it('sends one test alert where it is asked to, and says when it is refused', async () => {
    expect(await asJson('--send', 'slack')).toMatchObject({
      code: 0,
      look: { ok: true, sent: { kind: 'delivered', integration: 'slack' } },
    });
    expect(sink.requests).toHaveLength(1);
    sink.answer = () => ({ status: 403, body: 'invalid_token' });
    expect((await setup('--send', 'slack')).code).toBe(3);
    expect((await setup('--send', 'slcak')).stderr).toContain("there is no integration 'slcak'");
  });

  it('says what would not work: rights, scripts, blocks', async () => {
    home.configure(
      '<integration><name>custom-x</name><alert_format>json</alert_format></integration>' +
        '<integration><name>pagerduty</name></integration>',
    );
    const alerts = join(home.path, 'logs', 'alerts', 'alerts.json');
    chownSync(alerts, 0, 0);
    chmodSync(alerts, 0o600);
    const { code, look } = await asJson();
    expect(code).toBe(1);
    expect(look).toMatchObject({
      ok: false,
      as_user: true,
      rights: expect.arrayContaining([
        expect.objectContaining({ what: 'read the alerts', ok: false, why: 'permission denied' }),
      ]) as unknown,
      integrations: [
        { id: 'custom-x', ok: false, why: expect.stringContaining('does not exist') as unknown },
        { id: 'pagerduty', ok: false, why: 'pagerduty needs <api_key>' },
      ],
    });
  });

  it('says how to give the daemon what it may not read, and nothing that follows from that', async () => {
    const config = join(home.path, 'etc', 'ossec.conf');
    const read = async () => {
      const { look } = await asJson();
      const { rights, next } = look as { rights: { what: string }[]; next: { first: unknown }[] };
      return { right: rights.find(({ what }) => what === 'read the configuration'), next };
    };
    chownSync(config, 0, 0);
    chmodSync(config, 0o600);
    const unreadable = await read();
    expect(unreadable.right).toMatchObject({
      why: 'permission denied',
      fix: `chgrp 65534 '${config}' && chmod g+r '${config}'`,
    });
    // Nobody knows whether it has one.
    expect(unreadable.next[0]).toMatchObject({ name: 'in place', first: null });
    const etc = join(home.path, 'etc');
    chmodSync(etc, 0o700);
    expect((await read()).right).toMatchObject({
      why: `user 65534 cannot enter ${etc}`,
      fix: `chgrp 65534 '${etc}' && chmod g+rx '${etc}'`,
    });
  });

  it('says that it may not look, and who may, to somebody who may not', () => {
    const nobody = (...args: string[]) =>
      spawnSync(process.execPath, [COMMAND, 'setup', '--home', home.path, ...args], {
        uid: 65_533,
        gid: 65_533,
        cwd: '/',
        encoding: 'utf8',
      });
    const { status, stdout } = nobody();
    expect([status, stdout]).toEqual([
      1,
      `Manager    cannot look into ${home.path} as user 65533: run this as root\n`,
    ]);
    expect(JSON.parse(nobody('--json').stdout)).toMatchObject({
      ok: false,
      manager: { home: home.path, state: 'unreadable' },
      original: { state: 'unknown' },
      rights: [],
      integrations: [],
      diagnostics: [],
      warnings: [],
      next: [],
    });
  });

  it('tells how the original does, by its log', async () => {
    home.write(
      'logs/ossec.log',
      [
        'wazuh-integratord: INFO: Started (pid: 1).',
        "wazuh-integratord: INFO: Enabling integration for: 'old'.",
        'wazuh-integratord: INFO: Started (pid: 4242).',
        "wazuh-integratord: INFO: Enabling integration for: 'slack'.",
        'wazuh-integratord: ERROR: Unable to run integration for slack -> integrations',
        'wazuh-remoted: ERROR: something else',
      ]
        .map((line) => `2026/11/30 01:00:00 ${line}\n`)
        .join(''),
    );
    expect((await asJson()).look['original']).toMatchObject({
      state: 'stopped',
      enabled: ['slack'],
      errors: 1,
      last_error: expect.stringContaining('Unable to run integration for slack') as unknown,
    });
  });

  it('knows that integratord is there already', async () => {
    await home.install();
    const { look } = await asJson();
    expect(look).toMatchObject({ original: { state: 'replaced' }, next: [{ name: 'already' }] });
    expect((await setup()).stdout).not.toContain('To go live');
  });
});

it('takes its options wherever they stand, the nearest to the end, as every command does', async () => {
  const elsewhere = ['--home', '/nowhere', '--config', '/nowhere/ossec.conf'];
  const config = join(home.path, 'etc', 'other.conf');
  const mine = ['--home', home.path, '--config', config];
  const { stdout } = await integratord([...elsewhere, 'setup', ...mine, '--json']);
  expect(JSON.parse(stdout)).toMatchObject({ manager: { home: home.path }, config });
});

it('says where it looked when there is no manager', async () => {
  const { code, stdout } = await integratord(['setup', '--home', join(home.path, 'nowhere')]);
  expect(code).toBe(1);
  expect(stdout).toContain('No Wazuh or OSSEC manager was found. Looked for:');
  expect(stdout).toContain(join(home.path, 'nowhere'));
});
