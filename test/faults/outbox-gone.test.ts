import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FaultScene, linesOf } from '../support/fault-scene.ts';
import { until } from '../support/program.ts';

const FILES: Record<string, (state: string) => void> = {
  'outbox.db': (state) => rmSync(join(state, 'outbox.db')),
  'its -wal': (state) => rmSync(join(state, 'outbox.db-wal')),
  'its -shm': (state) => rmSync(join(state, 'outbox.db-shm')),
  'its -wal and -shm': (state) => {
    rmSync(join(state, 'outbox.db-wal'));
    rmSync(join(state, 'outbox.db-shm'));
  },
  'all three': (state) => {
    for (const suffix of ['', '-wal', '-shm']) rmSync(join(state, `outbox.db${suffix}`));
  },
  'the state directory': (state) => rmSync(state, { recursive: true }),
  'the lock': (state) => rmSync(join(state, 'daemon.lock')),
};

async function parkedScene() {
  const scene = await FaultScene.create();
  scene.sink.answer = () => ({ status: 403, body: 'no_service' });
  const daemon = await scene.start();
  scene.write(20);
  await until(async () => {
    const { stdout } = await scene.queue('list');
    return stdout.split('\n').length > 20;
  }, 'all alerts wait');
  return { scene, daemon };
}

it.each(Object.keys(FILES))(
  'what waits survives that someone removes %s, and then a SIGKILL',
  async (which) => {
    const { scene, daemon } = await parkedScene();
    FILES[which]?.(scene.state);
    await daemon.logged('outbox files were removed or replaced');
    await daemon.logged('outbox files are restored');
    // It works as before,
    scene.write(5);
    await until(async () => {
      const { stdout } = await scene.queue('list');
      return stdout.split('\n').length > 25;
    }, 'later alerts wait as well');
    expect(linesOf(daemon, 'outbox files were removed or replaced')).toHaveLength(1);
    // and all is in the files.
    await daemon.kill();
    scene.sink.requests.length = 0;
    scene.sink.answer = () => ({ status: 200, body: 'ok' });
    const second = await scene.start();
    expect((await scene.queue('retry', '--all')).code).toBe(0);
    await scene.allArrived();
    expect(await second.stop()).toBe(0);
  },
);

it('what waits survives that someone puts another database in its place', async () => {
  const { scene, daemon } = await parkedScene();
  writeFileSync(`${scene.database}.new`, 'not even a database');
  renameSync(`${scene.database}.new`, scene.database);
  await daemon.logged('outbox files are restored');
  expect(existsSync(`${scene.database}.found`)).toBe(true);
  await daemon.kill();
  scene.sink.requests.length = 0;
  scene.sink.answer = () => ({ status: 200, body: 'ok' });
  await scene.start();
  expect((await scene.queue('retry', '--all')).code).toBe(0);
  await scene.allArrived();
});

it('a damaged database is said clearly, and a start with it ends', async () => {
  const scene = await FaultScene.create();
  expect(await (await scene.start()).stop()).toBe(0);
  writeFileSync(scene.database, 'x'.repeat(100_000));
  // The log may hold every page of so small a database, which would then be whole again.
  rmSync(`${scene.database}-wal`, { force: true });
  const daemon = scene.launch();
  expect(await daemon.exited).toBe(1);
  expect(daemon.output).toMatch(/integratord: The outbox .* is damaged/);
});
