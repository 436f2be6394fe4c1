import { createServer, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { integratord } from '../../support/program.ts';
import { tempDir } from '../../support/temp-dir.ts';

const STEERING = '\u001b]0;owned\u0007\u001b[8m\u009b2J\u202e';

/** A socket at which somebody listens who is no daemon. */
async function listen(answer: (response: ServerResponse) => void): Promise<string> {
  const path = join(tempDir(), 'hostile.sock');
  const server = createServer((_, response) => answer(response)).listen(path);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise((resolve) => {
    server.once('listening', resolve);
  });
  return path;
}

const says = (text: string) => listen((response) => void response.end(text));
const EVENT = { at: 1, event: 'delivered', integration: 'slack' };

it.each([
  ['what is no JSON', `# ${STEERING}\n`],
  ['an event that is no object', 'null\n'],
  ['an event of a name that steers', `${JSON.stringify({ ...EVENT, event: STEERING })}\n`],
  ['a text for a number', `${JSON.stringify({ ...EVENT, status: STEERING })}\n`],
  ['a time that is none', `${JSON.stringify({ ...EVENT, at: 'x' })}\n`],
])('%s steers no terminal, and ends a command in words', async (_, text) => {
  const socket = await says(text);
  for (const command of [['status'], ['tail'], ['tail', '--json'], ['top']]) {
    if (command[0] === 'status' && text.startsWith('{')) continue;
    const { code, stdout, stderr } = await integratord([...command, '--socket', socket]);
    expect([command, code, stdout]).toEqual([command, 3, '']);
    expect(stderr).toBe('integratord: what listens there does not answer as a daemon does\n');
  }
});

it('a line without an end does not fill the memory', async () => {
  const socket = await listen((response) => {
    const go = () => {
      while (response.write('x'.repeat(2 ** 16)));
      response.once('drain', go);
    };
    go();
  });
  const { code, stderr } = await integratord(['tail', '--socket', socket]);
  expect([code, stderr]).toEqual([
    3,
    'integratord: the daemon cannot be asked: the answer is too long\n',
  ]);
});
