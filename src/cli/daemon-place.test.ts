import { expect, it } from 'vitest';
import { noAnswer, placeToAsk, socketOf } from './daemon-place.ts';
import { resolvePaths } from './paths.ts';

const paths = resolvePaths({ home: '/nowhere' }, {});
const ENV = { INTEGRATORD_SOCKET: '/run/i/env.sock' };
const OWN = '/nowhere/queue/integratord/control.sock';

it.each([
  ['the option', { socket: '/run/i/read.sock' }, false, ENV, '/run/i/read.sock'],
  ['the option, whatever else is named', { socket: '/r.sock' }, true, ENV, '/r.sock'],
  ['the environment', {}, false, ENV, '/run/i/env.sock'],
  ['the state directory that the command line names', {}, true, ENV, OWN],
  ['the state directory', {}, false, {}, OWN],
  ['the state directory where the variable is empty', {}, false, { INTEGRATORD_SOCKET: '' }, OWN],
])('asks by %s', (_, own, namesDaemon, env, socket) => {
  expect(socketOf(placeToAsk(own, { paths, namesDaemon }, env))).toBe(socket);
});

it('says who may ask where this user may not', () => {
  const result = { kind: 'failed', why: 'connect EACCES /x' } as const;
  const text = (readSocket: string | undefined) =>
    noAnswer({ state: '/s', readSocket }, result).message;
  expect(text(undefined)).toContain('or by its read socket (--socket)');
  expect(text('/r.sock')).toContain('only the group of this socket may ask there');
});
