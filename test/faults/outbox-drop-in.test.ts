import { chmodSync, chownSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { alertLine } from '../support/home.ts';
import { isRunning, ManagerHome, whyNotInstallable } from '../support/manager-home.ts';
import { until } from '../support/program.ts';
import { isMissing } from '../support/requirement.ts';
import { Sink } from '../support/sink.ts';
import { noDisks, SmallDisk } from '../support/small-disk.ts';

const NOBODY = 65_534;
const noInstall = isMissing('Tests of the drop-in need a place where it may be installed.', () => {
  const why = whyNotInstallable();
  if (why !== undefined) throw new Error(why);
});

let home: ManagerHome | undefined;
afterEach(() => home?.remove());

describe.skipIf(noDisks || noInstall)('in the place of the original, on a full disk', () => {
  it('a start with leased deliveries waits, says so once, and goes on by itself', async () => {
    const sink = await Sink.start(() => 'never');
    onTestFinished(() => sink.close());
    const hook = `${sink.url}/services/A/B`;
    home = new ManagerHome(
      `<integration><name>slack</name><hook_url>${hook}</hook_url><level>3</level></integration>`,
      'root',
    );
    expect(await home.install()).toMatchObject({ code: 0 });
    const disk = SmallDisk.forTest('tmpfs', 32);
    const state = join(home.path, 'queue', 'integratord');
    const there = join(disk.path, 'state');
    chmodSync(join(disk.path, '..'), 0o755);
    mkdirSync(there);
    chownSync(there, NOBODY, NOBODY);
    rmSync(state, { recursive: true });
    symlinkSync(there, state);

    await home.integrator();
    await home.logged('ready');
    home.append(alertLine(0));
    await until(() => sink.requests.length > 0, 'an attempt is in flight');
    const first = home.pid();
    process.kill(first, 'SIGKILL');
    await until(() => !isRunning(first), 'it has ended');
    for (const name of home.pidFiles()) rmSync(join(home.path, 'var', 'run', name));
    renameSync(join(home.path, 'logs', 'ossec.log'), join(home.path, 'logs', 'first.log'));

    rmSync(join(there, 'outbox.reserve'));
    disk.fill();
    sink.answer = () => ({ status: 200, body: 'ok' });
    const before = sink.requests.length;
    await home.integrator();
    await home.logged('outbox cannot be used');
    const second = home.pid();
    disk.free();
    await until(() => sink.requests.length > before, 'the alert has arrived');
    expect(home.pid()).toBe(second);
    expect(home.log().match(/outbox cannot be used/g)).toHaveLength(1);
    await home.stop();
  });
});
