import { expect, it } from 'vitest';
import { Bodies, LONGEST_FORM } from './bodies.ts';

const LARGE = LONGEST_FORM + 1;

/** A body of which nothing comes until it is ended. */
function slow() {
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  async function* body(): AsyncGenerator<Uint8Array> {
    await ended;
    yield Buffer.from('x');
  }
  return { body: body(), end };
}

it('one who sends slowly keeps nobody else from sending', async () => {
  const bodies = new Bodies();
  const slowOnes = Array.from({ length: 3 }, slow);
  const eves = slowOnes.map(({ body }) => bodies.read(body, LARGE, 'eve'));
  expect(await eves[2]).toBe('busy');
  const other = slow();
  other.end();
  expect(String(await bodies.read(other.body, LARGE, 'alice'))).toBe('x');
  for (const { end } of slowOnes) end();
  expect((await Promise.all(eves)).map(String)).toEqual(['x', 'x', 'busy']);
  const after = slow();
  after.end();
  expect(String(await bodies.read(after.body, LARGE, 'eve'))).toBe('x');
});
