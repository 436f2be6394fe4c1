import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FaultScene, linesOf } from '../support/fault-scene.ts';
import { until } from '../support/program.ts';
import { noDisks, SmallDisk } from '../support/small-disk.ts';

const KINDS = ['tmpfs', 'ext4'] as const;

/** A scene whose state directory is alone on a small disk. */
async function sceneOn(kind: (typeof KINDS)[number], megabytes = 32) {
  const disk = SmallDisk.forTest(kind, megabytes);
  const state = join(disk.path, 'state');
  return { disk, state, scene: await FaultScene.create(state) };
}

describe.skipIf(noDisks)('a full disk', () => {
  it.each(KINDS)('delays a reload on %s, which takes place when there is room', async (kind) => {
    const { disk, scene } = await sceneOn(kind);
    const daemon = await scene.start();
    scene.write(2);
    await scene.allArrived();
    // More lanes than the log has room for, even with the reserve.
    const block = '<integration><name>slack</name><hook_url>http://127.0.0.1:9/x</hook_url>';
    const filler = `<options>{"pretext": "${'x'.repeat(3000)}"}</options></integration>`;
    disk.fill();
    rmSync(join(scene.state, 'outbox.reserve'));
    disk.fill();
    scene.configure(4, `${block}<level>12</level>${filler}`.repeat(1500));
    daemon.signal('SIGHUP');
    await daemon.logged('outbox cannot be used', ({ trouble }) => trouble === 'full');
    await daemon.logged('configuration waits for the outbox; the previous one stays active');
    disk.free();
    await daemon.logged('configuration reloaded');
    await daemon.logged('outbox can be used again', ({ trouble }) => trouble === 'full');
    scene.write(2);
    await scene.allArrived();
    expect(linesOf(daemon, 'outbox cannot be used')).toHaveLength(1);
    expect(await daemon.stop()).toBe(0);
  });

  it.each(KINDS)('delays a start on %s with leased deliveries', async (kind) => {
    const { disk, scene } = await sceneOn(kind);
    scene.sink.answer = () => 'never';
    const first = await scene.start();
    scene.write(5);
    await until(() => scene.sink.requests.length > 0, 'an attempt is in flight');
    await first.kill();
    scene.sink.answer = () => ({ status: 200, body: 'ok' });
    rmSync(join(scene.state, 'outbox.reserve'));
    disk.fill();
    const daemon = scene.launch();
    await daemon.logged('outbox cannot be used', ({ trouble }) => trouble === 'full');
    expect(linesOf(daemon, 'ready')).toEqual([]);
    disk.free();
    await daemon.logged('ready');
    await scene.allArrived();
    expect(linesOf(daemon, 'outbox cannot be used')).toHaveLength(1);
    expect(await daemon.stop()).toBe(0);
  });

  it('lets a start that waits for it obey SIGTERM', async () => {
    const { disk, scene } = await sceneOn('tmpfs');
    await (await scene.start()).kill();
    rmSync(join(scene.state, 'outbox.reserve'));
    disk.fill();
    const daemon = scene.launch();
    await daemon.logged('outbox cannot be used');
    expect(await daemon.stop()).toBe(0);
  });

  it.each(KINDS)(
    'of delivered alerts on %s makes room by itself, and says so once',
    async (kind) => {
      const { disk, scene } = await sceneOn(kind);
      const daemon = await scene.start();
      // Nearly twice what the disk has room for.
      for (let round = 0; round < 14; round += 1) {
        scene.write(40, 100_000);
        await scene.allArrived();
      }
      expect(disk.freeBytes).toBeGreaterThan(0);
      expect(linesOf(daemon, 'outbox cannot be used').length).toBeLessThanOrEqual(2);
      expect(await daemon.stop()).toBe(0);
    },
  );

  it.each(KINDS)('that others filled on %s is survived, with what was delivered', async (kind) => {
    const { disk, scene } = await sceneOn(kind);
    const daemon = await scene.start();
    scene.write(100, 50_000);
    // Not only arrived, but recorded as delivered.
    await until(async () => {
      const { stdout } = await scene.queue('stats', '--json');
      const counts = JSON.parse(stdout) as Record<string, { delivered?: number }>;
      return counts['slack']?.delivered === 100;
    }, 'all are delivered');
    // Else the filling takes what the daemon frees at the same time, and nothing is left to free.
    daemon.signal('SIGSTOP');
    disk.fill();
    daemon.signal('SIGCONT');
    scene.write(100, 50_000);
    // It gives up delivered alerts for them.
    await scene.allArrived();
    disk.free();
    await until(
      () =>
        linesOf(daemon, 'outbox can be used again').length ===
        linesOf(daemon, 'outbox cannot be used').length,
      'every trouble is over',
    );
    expect(await daemon.stop()).toBe(0);
  });

  it.each(KINDS)('on %s leaves every queue command working', async (kind) => {
    const { disk, scene } = await sceneOn(kind);
    scene.sink.answer = () => ({ status: 403, body: 'no_service' });
    const daemon = await scene.start();
    scene.write(150, 50_000);
    await until(async () => {
      const { stdout } = await scene.queue('list', '--limit', '200');
      return stdout.split('\n').length > 150;
    }, 'all alerts wait');
    expect(await daemon.stop()).toBe(0);
    disk.fill();
    const drop = ['drop', '--all', '--all-states', '--yes'];
    for (const command of [['list'], ['stats'], ['show', '1'], ['retry', '2'], drop]) {
      const { code, stderr } = await scene.queue(...command);
      expect({ command, code }).toEqual({ command, code: 0 });
      // Nothing but whom `show` acts as when it makes the request again.
      expect(stderr.replace(/^integratord acts as root, .*\n$/, '')).toBe('');
    }
    expect((await scene.queue('list')).stdout).toBe('no deliveries\n');
  });

  it('without a reserve ends a command with one sentence', async () => {
    const { disk, scene } = await sceneOn('tmpfs');
    await (await scene.start()).stop();
    rmSync(join(scene.state, 'outbox.reserve'));
    // What the daemon had open becomes free only when the last of its processes is gone.
    await until(async () => {
      disk.fill();
      return (await scene.queue('stats')).code === 3;
    }, 'there is no room left');
    for (const command of [['stats'], ['drop', '--all']]) {
      const { code, stderr } = await scene.queue(...command);
      expect(stderr).toMatch(/^integratord: The outbox .* is full .*\n$/);
      expect(code).toBe(3);
    }
  });
});
