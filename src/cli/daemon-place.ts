import { join } from 'node:path';
import { Option } from 'commander';
import { CONTROL_SOCKET, type ControlResult } from '../control/client.ts';
import { actAsOwner } from './act-as.ts';
import type { Invocation } from './common-options.ts';
import { CommandError, EXIT } from './exit.ts';

/** Where a daemon is asked. */
export interface DaemonPlace {
  readonly state: string;
  /** Its socket for those who only look; undefined: it is asked as its own user asks it. */
  readonly readSocket: string | undefined;
}

/** What a command may be told that only asks. */
export interface SocketOption {
  readonly socket?: string;
}

/** The option that says by which socket it asks. */
export function socketOption(): Option {
  return new Option(
    '--socket <path>',
    'ask by this read socket (control.read_socket; INTEGRATORD_SOCKET), as a user who may only look',
  );
}

/**
 * Where a command asks that changes nothing: at the read socket that the option or else the environment
 * names, unless the command line says where the daemon itself is. Root becomes the daemon's user otherwise.
 */
export function placeToAsk(
  { socket }: SocketOption,
  { paths, namesDaemon }: Pick<Invocation, 'paths' | 'namesDaemon'>,
  env: NodeJS.ProcessEnv = process.env,
): DaemonPlace {
  const fromEnvironment = namesDaemon ? undefined : env['INTEGRATORD_SOCKET'] || undefined;
  const readSocket = socket ?? fromEnvironment;
  if (readSocket === undefined) actAsOwner(paths.state);
  return { state: paths.state, readSocket };
}

/** The socket that is asked. */
export function socketOf({ state, readSocket }: DaemonPlace): string {
  return readSocket ?? join(state, CONTROL_SOCKET);
}

/** Why it cannot be asked, and who can. */
export function whyNotAsked(place: DaemonPlace, why: string): string {
  if (!/EACCES|EPERM/.test(why)) return why;
  return place.readSocket === undefined
    ? `${why}: ask as root, as the user of the daemon, or by its read socket (--socket)`
    : `${why}: only the group of this socket may ask there`;
}

/** What a command says that got no answer, or not the one that it asked for. */
export function noAnswer(place: DaemonPlace, result: ControlResult): CommandError {
  const { state, readSocket } = place;
  switch (result.kind) {
    case 'nobody': {
      const nobody = `no daemon runs with the state directory ${state}`;
      return new CommandError(readSocket ? nobodyAt(readSocket) : nobody, EXIT.failed);
    }
    case 'failed': {
      const why = whyNotAsked(place, result.why);
      return new CommandError(`the daemon cannot be asked: ${why}`, EXIT.failed);
    }
    case 'answered':
      return new CommandError(`the daemon does not tell: ${result.body}`, EXIT.failed);
  }
}

/** That nobody listens at a read socket, from where no more can be seen. */
export function nobodyAt(readSocket: string): string {
  return `nobody listens at ${readSocket}: the daemon is stopped, or its control.read_socket is not this`;
}
