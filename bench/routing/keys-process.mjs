// The process of keys.mjs: reads all alerts of a home, and says how much memory it has then.
import { openEngine } from '../lib/engine.mjs';
import { project } from '../projects.mjs';

process.once('message', ({ root, home }) => void answer(root, home));
process.on('disconnect', () => process.exit());

async function answer(root, home) {
  const engine = await openEngine(project(root), home);
  await engine.readAll();
  const [{ keys }] = engine.database.all('SELECT COUNT(*) AS keys FROM throttle');
  globalThis.gc();
  process.send({ keys, memory: process.memoryUsage.rss() / 2 ** 20 });
  await engine.close();
}
