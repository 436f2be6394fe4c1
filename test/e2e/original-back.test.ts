import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { localTime } from '../../src/core/local-time.ts';
import { IS_ROOT, ManagerHome, whyNotInstallable } from '../support/manager-home.ts';
import { integratord } from '../support/program.ts';

const PUT_BACK = 'integratord install';
let home: ManagerHome;
let since: number;

const run = async (...args: string[]) => {
  const finished = await integratord([...args, '--home', home.path]);
  return { ...finished, json: () => JSON.parse(finished.stdout) as Record<string, unknown> };
};
/** What `setup` would take for the manager's own user, on a machine without one. */
const USER = IS_ROOT ? ['--user', '65534', '--group', '65534'] : [];

describe.skipIf(!IS_ROOT || whyNotInstallable() !== undefined)(
  'after an upgrade of the manager has put its Integrator back',
  () => {
    beforeEach(async () => {
      home = new ManagerHome(
        '<integration><name>slack</name><hook_url>http://127.0.0.1:9/x</hook_url></integration>',
        'root',
      );
      home.write('bin/wazuh-analysisd', '', 0o750);
      await home.install();
      since = Date.now();
      home.write('bin/wazuh-integratord', '#!/bin/sh\necho newer\n', 0o750);
    });
    afterEach(() => home.remove());

    const control = () => `${home.path}/bin/wazuh-control restart`;

    it('status says so first, since when, and what to do', async () => {
      const { code, stdout } = await run('status');
      expect(code).toBe(2);
      const [, first, second, third] = stdout.split('\n');
      expect(first).toBe(
        `  ! it is not running: the manager's own wazuh-integratord is back in its place since ${localTime(since)}, as after an upgrade of the manager`,
      );
      expect(second).toContain(`${PUT_BACK} --home '${home.path}', and then ${control()}`);
      expect(second).toContain('--replay');
      expect(second).toContain('--from-now');
      // The original has taken what is new.
      expect(third).not.toContain('new alerts wait');
      const { json } = await run('status', '--json');
      expect(json()).toMatchObject({
        state: 'stopped',
        original_back: { path: home.program, since: expect.any(String) as unknown },
      });
    });

    it('status says nothing of it where another directory has the outbox', async () => {
      const { code, json } = await run('status', '--json', '--state', `${home.path}/var`);
      expect([code, json()]).toEqual([2, expect.objectContaining({ original_back: null })]);
    });

    it('setup says so, and leads back', async () => {
      const { stdout } = await run('setup', ...USER);
      expect(stdout).toContain(
        `wazuh-integratord is back in its place since ${localTime(since)}, as after an upgrade of the manager`,
      );
      expect(stdout).toContain(`${PUT_BACK} --home '${home.path}'`);
      expect(stdout).toContain('--replay');
      const { json } = await run('setup', '--json', ...USER);
      expect(json()).toMatchObject({
        original: { state: 'stopped', back_since: expect.any(String) as unknown },
        next: [{ name: 'back', commands: [expect.stringContaining(PUT_BACK), control()] }],
      });
    });

    it('neither says so once it is put back', async () => {
      await home.install();
      expect((await run('status', '--json')).json()).toMatchObject({ original_back: null });
      const { json } = await run('setup', '--json', ...USER);
      expect(json()).toMatchObject({ original: { state: 'replaced', back_since: null } });
    });
  },
);
