import { describe, expect, it, onTestFinished } from 'vitest';
import { DatabaseHolder } from '../support/database-holder.ts';
import { FaultScene, linesOf } from '../support/fault-scene.ts';

async function hold(path: string): Promise<DatabaseHolder> {
  const holder = await DatabaseHolder.hold(path);
  onTestFinished(() => holder.letGo());
  return holder;
}

describe('while another process holds the outbox', () => {
  it('a daemon keeps running, says so once, and reloads when it is let go', async () => {
    const scene = await FaultScene.create();
    const daemon = await scene.start();
    const holder = await hold(scene.database);
    scene.configure(4);
    daemon.signal('SIGHUP');
    await daemon.logged('configuration waits for the outbox; the previous one stays active');
    scene.write(5);
    await daemon.logged('outbox cannot be used', ({ trouble }) => trouble === 'busy');
    expect(linesOf(daemon, 'configuration reloaded')).toEqual([]);
    await holder.letGo();
    await daemon.logged('configuration reloaded');
    await daemon.logged('outbox can be used again');
    await scene.allArrived();
    expect(linesOf(daemon, 'outbox cannot be used')).toHaveLength(1);
    expect(linesOf(daemon, 'configuration reloaded')).toHaveLength(1);
    expect(await daemon.stop()).toBe(0);
  });

  it('a start waits, says so once, and goes on by itself', async () => {
    const scene = await FaultScene.create();
    expect(await (await scene.start()).stop()).toBe(0);
    const holder = await hold(scene.database);
    const daemon = scene.launch();
    await daemon.logged('outbox cannot be used', ({ trouble }) => trouble === 'busy');
    await holder.letGo();
    await daemon.logged('ready');
    expect(linesOf(daemon, 'outbox cannot be used')).toHaveLength(1);
    scene.write(3);
    await scene.allArrived();
  });

  it('a start that waits obeys SIGTERM', async () => {
    const scene = await FaultScene.create();
    expect(await (await scene.start()).stop()).toBe(0);
    await hold(scene.database);
    const daemon = scene.launch();
    await daemon.logged('outbox cannot be used');
    expect(await daemon.stop()).toBe(0);
    expect(linesOf(daemon, 'ready')).toEqual([]);
  });

  it('a daemon goes on with all that needs no writing: nothing stalls', async () => {
    const scene = await FaultScene.create();
    const daemon = await scene.start();
    await hold(scene.database);
    scene.write(2);
    await daemon.logged('outbox cannot be used');
    // It obeys at once, since it does not wait for the other process.
    const began = performance.now();
    expect(await daemon.stop()).toBe(0);
    expect(performance.now() - began).toBeLessThan(10_000);
  });
});
