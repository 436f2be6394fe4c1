import type { Destination } from '../../src/core/destination.ts';
import { createRegistry } from '../../src/destinations/registry.ts';

const { builtins } = createRegistry({ home: '/nowhere' });

/** A destination that is built in, as the daemon uses it. */
export function builtin(name: string): Destination {
  const found = builtins.find((destination) => destination.name === name);
  if (found === undefined) throw new Error(`nothing is called ${name}`);
  return found;
}
