import type { DestinationResolver, Resolution } from '../../src/core/destination.ts';
import { createRegistry } from '../../src/destinations/registry.ts';

/** The destinations that are built in, where every script is there: no file is looked for. */
export function configDestinations(): DestinationResolver {
  const registry = createRegistry({ home: '/nowhere' });
  const withScript = (resolution: Resolution): Resolution =>
    resolution.unusable?.place === undefined ? { ...resolution, unusable: undefined } : resolution;
  return {
    builtins: registry.builtins,
    resolve: (name, asScript) => withScript(registry.resolve(name, asScript)),
    resolveType: (type) => withScript(registry.resolveType(type)),
  };
}
