import { expect, it } from 'vitest';
import { outputStyle } from './style.ts';

it.each([
  [true, {}, '\u001b[32mok\u001b[39m'],
  [true, { NO_COLOR: '' }, '\u001b[32mok\u001b[39m'],
  [true, { NO_COLOR: '1' }, 'ok'],
  [false, {}, 'ok'],
])('colours are shown on a terminal (%j) unless NO_COLOR is set (%j)', (isTTY, env, wanted) => {
  expect(outputStyle({ isTTY }, env).good('ok')).toBe(wanted);
});
