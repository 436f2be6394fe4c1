import { dirname, join } from 'node:path';
import { localTime } from '../core/local-time.ts';
import { shellWord } from '../core/shell-word.ts';
import type { OriginalBack } from '../dropin/install/back.ts';
import { commandName, plainWord } from './command-name.ts';

/** That the original is back, as a sentence without its end. */
export function backText({ name, since }: OriginalBack): string {
  const when = since === undefined ? '' : ` since ${localTime(since)}`;
  return `the manager's own ${name} is back in its place${when}, as after an upgrade of the manager`;
}

/** What `install` will want to know. */
export const INSTALL_ASKS =
  'install asks what becomes of the alerts in between: --replay sends all of them, also those that the original has delivered; --from-now sends none';

/** The commands that put integratord back. */
export function commandsBack({ path }: OriginalBack): [install: string, restart: string] {
  const home = dirname(dirname(path));
  return [`${commandName()} install${homeOption(home)}`, `${controlOf(path)} restart`];
}

/** What a command needs to mean this manager. */
export function homeOption(home: string): string {
  return home === '/var/ossec' ? '' : ` --home ${shellWord(home)}`;
}

/** The control program of the manager, for a shell. @param integrator the path of its Integrator */
export function controlOf(integrator: string): string {
  const name = integrator.endsWith('/ossec-integratord') ? 'ossec-control' : 'wazuh-control';
  return plainWord(join(dirname(integrator), name));
}
