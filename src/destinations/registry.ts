import type { Destination } from '../core/destination.ts';
import { pagerduty } from './pagerduty.ts';
import { SCRIPT_PREFIX, scriptDestination } from './script.ts';
import { shuffle } from './shuffle.ts';
import { slack } from './slack.ts';

/** A name that the configuration may use, whether or not anything delivers to it yet. */
export type Builtin = Pick<Destination, 'name' | 'title' | 'requires'>;

/** The destinations that are built in: a new one is one line here. */
const DESTINATIONS: readonly Destination[] = [slack, pagerduty, shuffle];

/** Names of the reference that nothing delivers to yet. */
const NOT_BUILT_YET: readonly Builtin[] = [
  { name: 'virustotal', title: 'VirusTotal', requires: ['api_key'] },
  { name: 'maltiverse', title: 'Maltiverse', requires: ['hook_url', 'api_key'] },
];

/** Every destination there is. */
export interface Registry {
  /** All known names but those of scripts, with the settings they cannot do without. */
  readonly builtins: readonly Builtin[];
  /** The destination for a `<name>`, white space around it aside; undefined when there is none. */
  find(name: string): Destination | undefined;
  /** Why {@link find} has none for this name, in words for people; undefined when it has one. */
  missing(name: string): string | undefined;
}

/**
 * The registry of destinations.
 * @param home the manager's home, with the directory `integrations` where scripts are.
 */
export function createRegistry({ home }: { readonly home: string }): Registry {
  const scripts = scriptDestination('integrations', home);
  const builtins = [...DESTINATIONS, ...NOT_BUILT_YET];
  const find = (name: string) => {
    const trimmed = name.trim();
    if (trimmed.startsWith(SCRIPT_PREFIX)) return scripts;
    return DESTINATIONS.find((destination) => destination.name === trimmed);
  };
  return {
    builtins,
    find,
    missing(name) {
      if (find(name) !== undefined) return undefined;
      const trimmed = name.trim();
      const known = NOT_BUILT_YET.find((builtin) => builtin.name === trimmed);
      if (known !== undefined) return `delivering to ${known.title} is not built yet`;
      const names = builtins.map((builtin) => builtin.name).join(', ');
      return `there is no destination '${trimmed}': it is one of ${names}, or a script whose name begins with ${SCRIPT_PREFIX}`;
    },
  };
}
