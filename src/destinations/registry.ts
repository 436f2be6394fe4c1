import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Destination } from '../core/destination.ts';
import { iris } from './iris/index.ts';
import { jira } from './jira/index.ts';
import { maltiverse } from './maltiverse/index.ts';
import { pagerduty } from './pagerduty/index.ts';
import { SCRIPT_PREFIX, scriptDestination } from './script/index.ts';
import { shuffle } from './shuffle/index.ts';
import { slack } from './slack/index.ts';
import { virustotal } from './virustotal/index.ts';

/** What the configuration must know about a destination. */
export type Builtin = Pick<Destination, 'name' | 'title' | 'requires'>;

/** The built-in destinations: a new one is one line here. */
const DESTINATIONS: readonly Destination[] = [slack, pagerduty, shuffle, virustotal, maltiverse];

/**
 * Destinations that the reference does not have. Wazuh's other programs refuse unknown names,
 * so these are selected like scripts: `custom-iris`.
 */
const ONLY_CUSTOM: readonly Destination[] = [iris, jira];

/** What a `<name>` resolves to. */
export interface Resolution {
  /** Undefined when there is none. For a script it is set even when the file is missing. */
  readonly destination: Destination | undefined;
  /** Why nothing can be delivered to it, as shown to the operator; undefined when it can. */
  readonly missing: string | undefined;
  /** Where alerts go, and why, as shown to the operator. */
  readonly description: string;
}

/** All destinations. */
export interface Registry {
  /** All known names except those that begin with `custom-`, with the settings they need. */
  readonly builtins: readonly Builtin[];
  /**
   * What a `<name>`, ignoring whitespace around it, resolves to now. `custom-x` is the script of that
   * name if it exists, otherwise the built-in x.
   * @param asScript always the script of that name, even if a built-in exists
   */
  look(name: string, asScript?: boolean): Resolution;
  /** The destination for a `<name>`; undefined when there is none. */
  find(name: string): Destination | undefined;
  /** Why nothing can be delivered by this name; undefined when it can. */
  missing(name: string): string | undefined;
}

/**
 * The registry of destinations.
 * @param home the manager's home, with the directory `integrations` where scripts are.
 */
export function createRegistry({ home }: { readonly home: string }): Registry {
  const scripts = scriptDestination('integrations', home);
  const look = (name: string, asScript = false): Resolution => {
    const trimmed = name.trim();
    const isCustom = trimmed.startsWith(SCRIPT_PREFIX);
    const own = isCustom ? trimmed.slice(SCRIPT_PREFIX.length) : trimmed;
    const known = isCustom ? [...DESTINATIONS, ...ONLY_CUSTOM] : DESTINATIONS;
    const builtin = known.find((one) => one.name === own);
    if (!isCustom && (builtin === undefined || !asScript)) return lookAmong(DESTINATIONS, trimmed);
    const path = join(home, 'integrations', trimmed);
    const state = scriptAt(path);
    if (state === 'missing' && builtin !== undefined && !asScript) {
      const description = `${builtin.title} (built in; there is no script ${path})`;
      return { destination: builtin, missing: undefined, description };
    }
    const before = builtin === undefined ? '' : ` (it overrides the built-in ${builtin.title})`;
    return {
      destination: scripts,
      missing: state === 'missing' ? `its script ${path} does not exist` : undefined,
      description: `script ${path}${before}`,
    };
  };
  return {
    builtins: DESTINATIONS,
    look,
    find: (name) => look(name).destination,
    missing: (name) => look(name).missing,
  };
}

function lookAmong(destinations: readonly Destination[], name: string): Resolution {
  const destination = destinations.find((one) => one.name === name);
  if (destination !== undefined) {
    return { destination, missing: undefined, description: destination.title };
  }
  const names = destinations.map((one) => one.name).join(', ');
  const missing = `there is no destination '${name}': use one of ${names}, or a script whose name begins with ${SCRIPT_PREFIX}`;
  return { destination, missing, description: 'nothing' };
}

/**
 * Whether there is a script. If the file system denies access, assume there is one: it must not be
 * skipped silently.
 */
function scriptAt(path: string): 'there' | 'missing' {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() === true ? 'there' : 'missing';
  } catch {
    return 'there';
  }
}
