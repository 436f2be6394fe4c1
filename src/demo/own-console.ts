import type { GivenConsole } from '../app/console/given-console.ts';
import { Ticket } from '../console/auth/ticket.ts';
import type { Clock } from '../core/clock.ts';

/** The port of the console, unless it is taken. */
const PORT = 7780;

/** Where the demo's console is. */
export interface ConsolePlace {
  readonly port: number;
  /** Its address. */
  readonly base: string;
  /** The address that lets in. */
  readonly entrance: string;
}

/**
 * The demo's console. Its port is open to every user of this machine, and a newcomer has no file of users:
 * so what lets in is its address, which only who started the demo is told. People can look, and try silences.
 */
export function ownConsole(clock: Clock): {
  readonly given: GivenConsole;
  /** Resolves once it listens; with undefined where it cannot, which the log says. */
  readonly place: Promise<ConsolePlace | undefined>;
} {
  const ticket = new Ticket({ name: 'you', role: 'operator' }, clock);
  let opened: GivenConsole['opened'] = () => {};
  const place = new Promise<ConsolePlace | undefined>((resolve) => {
    opened = (port) => {
      const base = `http://127.0.0.1:${port}`;
      resolve(port === undefined ? undefined : { port, base, entrance: base + ticket.path });
    };
  });
  const settings = {
    listen: { kind: 'loopback', host: '127.0.0.1', port: PORT },
    mode: 0o600,
    write: true,
    usersFile: undefined,
    hosts: [],
    hide: [],
  } as const;
  return { given: { settings, ticket, actsBelow: '/silences', opened }, place };
}
