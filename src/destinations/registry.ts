import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Destination, DestinationResolver, Resolution } from '../core/destination.ts';
import { NO_SETTINGS, type Unusable } from '../core/destination-settings.ts';
import { nearest, suggestion } from '../core/nearest.ts';
import * as all from './all.ts';
import { SCRIPT_PREFIX, scriptDestination } from './script/index.ts';
import { accessOf } from './sdk/access.ts';
import { createDestination } from './sdk/create-destination.ts';
import type { Definition } from './sdk/define.ts';

/** The destinations that are built in, in the order of their names. */
export const DEFINITIONS: readonly Definition[] = Object.values(all);

/**
 * The registry of destinations.
 * @param home the manager's home, with the directory `integrations` where scripts are.
 * @param debug whether scripts are told that this is debug mode.
 */
export function createRegistry({
  home,
  debug = false,
}: {
  readonly home: string;
  readonly debug?: boolean;
}): DestinationResolver {
  const enrichments = DEFINITIONS.filter((one) => 'enrich' in one).map(({ name }) => name);
  const builtins = DEFINITIONS.map((one) => createDestination(one, enrichments));
  const known = DEFINITIONS.filter((one) => one.knownToWazuh).map(({ name }) => name);
  const scripts = createDestination(scriptDestination('integrations', home, debug));
  const builtin = (name: string) => builtins.find((one) => one.name === name);
  const pathOf = (name: string) => join(home, 'integrations', name);

  const similar = (name: string) => {
    const known = DEFINITIONS.map((one) => `${SCRIPT_PREFIX}${one.name}`);
    const rest = (full: string) => full.slice(SCRIPT_PREFIX.length);
    const meant = nearest(
      rest(name),
      [...scriptsIn(join(home, 'integrations')), ...known].map(rest),
    );
    return meant === undefined ? '' : `; did you mean ${SCRIPT_PREFIX}${meant}?`;
  };

  const unknown = (name: string, names: readonly string[]): Resolution => {
    // The original looks for a file of the name before it looks at the name.
    const kind = fileAt(pathOf(name)) === 'there' ? 'unsupported_name' : 'missing_script';
    const meant =
      suggestion(name, names) ||
      `; there are ${names.join(', ')}, and ${SCRIPT_PREFIX}… for scripts of your own`;
    const reason =
      name === ''
        ? 'its <name> is empty'
        : `no integration is called ${JSON.stringify(name)}${meant}`;
    const unusable: Unusable = { kind, reason, place: 'name' };
    return { destination: undefined, settings: NO_SETTINGS, unusable, description: 'nothing' };
  };

  const custom = (name: string, own: Destination | undefined, asScript: boolean): Resolution => {
    const path = pathOf(name);
    const isMissing = fileAt(path) === 'missing';
    if (isMissing && own !== undefined && !asScript) {
      const description = `${own.title} (built in; there is no script ${path})`;
      return { destination: own, settings: own.settings, unusable: undefined, description };
    }
    const before = own === undefined ? '' : ` (it overrides the built-in ${own.title})`;
    return {
      destination: scripts,
      // Whoever replaces a built-in by a script of its name gives it what the built-in needs.
      settings: own !== undefined && asScript ? accessOf(own.settings) : scripts.settings,
      unusable: whyNotScript(name) ?? (isMissing ? missingScript(path, similar(name)) : undefined),
      description: `script ${path}${before}`,
    };
  };

  const resolve = (text: string, asScript: boolean, isBlock: boolean): Resolution => {
    const name = text.trim();
    if (name.startsWith(SCRIPT_PREFIX)) {
      return custom(name, builtin(name.slice(SCRIPT_PREFIX.length)), asScript);
    }
    const names = isBlock ? known : DEFINITIONS.map((one) => one.name);
    const own = names.includes(name) ? builtin(name) : undefined;
    if (own === undefined) return unknown(name, names);
    if (asScript) return custom(name, own, asScript);
    return {
      destination: own,
      settings: own.settings,
      unusable: undefined,
      description: own.title,
    };
  };
  return {
    builtins,
    resolve: (name, asScript = false) => resolve(name, asScript, true),
    resolveType: (type) => resolve(type, false, false),
  };
}

function whyNotScript(name: string): Unusable | undefined {
  if (!/[/\u0000-\u001f]/.test(name)) return undefined;
  const reason = `${JSON.stringify(name)} cannot be the name of a script: it contains a / or control character`;
  return { kind: 'missing_script', place: 'name', reason };
}

function missingScript(path: string, meant: string): Unusable {
  return { kind: 'missing_script', reason: `its script ${path} does not exist${meant}` };
}

/** The names of scripts that are there. */
function scriptsIn(directory: string): string[] {
  try {
    return readdirSync(directory).filter((name) => name.startsWith(SCRIPT_PREFIX));
  } catch {
    return [];
  }
}

/**
 * Whether there is a file. Where the system does not let us look, there may be one: it must not be
 * skipped in silence.
 */
function fileAt(path: string): 'there' | 'missing' {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() === true ? 'there' : 'missing';
  } catch {
    return 'there';
  }
}
