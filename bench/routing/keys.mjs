// What the keys of throttles take up in memory.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { alertText } from '../lib/alerts.mjs';
import { alertFile, createHome, useAlertFile } from '../lib/home.mjs';
import { blocks, takingAll } from '../lib/integrations.mjs';
import { atMost } from '../lib/rows.mjs';

const SIZES = { full: 100_000, quick: 100_000, smoke: 500 };
const MOST_MIB = 60;
const PROGRAM = fileURLToPath(new URL('keys-process.mjs', import.meta.url));
/** The id of an alert is another one each time. */
const RULES = { throttle: { same: ['rule.id', 'id'], every: '15m', up_to: '4h' } };

export async function keysInMemory({ project, directory, size }) {
  const count = SIZES[size];
  const file = alertFile(join(directory, 'keys'), alertText({ count, bytes: 520 }), 1);
  const memory = async (name, rules) => {
    const home = createHome(join(directory, `keys-${name}`), {
      blocks: blocks(takingAll('shuffle'), 'http://127.0.0.1:9'),
      settings: JSON.stringify({ integrations: { shuffle: rules } }),
    });
    useAlertFile(home, file);
    return await memoryAfter(project.root, home, name === 'with' ? count : 0);
  };
  const added = (await memory('with', RULES)) - (await memory('without', {}));
  const figure = `memory that ${count.toLocaleString('en')} live keys of a throttle add`;
  return [atMost(figure, 'MiB', added, MOST_MIB)];
}

/** Resident memory, in MiB, of a process that has read the alerts of a home. */
async function memoryAfter(root, home, keys) {
  const child = fork(PROGRAM, { execArgv: ['--expose-gc'] });
  const exited = once(child, 'exit').then(() => {
    throw new Error('the process that reads has ended');
  });
  child.send({ root, home });
  const [answer] = await Promise.race([once(child, 'message'), exited]);
  exited.catch(() => undefined);
  child.kill();
  if (answer.keys !== keys) throw new Error(`${answer.keys} keys are live, and not ${keys}`);
  return answer.memory;
}
