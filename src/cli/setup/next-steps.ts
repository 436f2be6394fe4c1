import { shellWord } from '../../core/shell-word.ts';
import { commandName, plainWord, USUAL_PLACE } from '../command-name.ts';
import { commandsBack, controlOf, homeOption, INSTALL_ASKS } from '../put-back.ts';
import { type FirstLook, PACKAGED_BLOCKS } from './first-look.ts';

/** A way to go live. */
export interface Way {
  readonly name: 'in place' | 'back' | 'beside' | 'already';
  /** When to choose it, as a sentence. */
  readonly why: string;
  /** What a person has to do before the commands; undefined: nothing. */
  readonly first: string | undefined;
  readonly commands: readonly string[];
  /** Why the first of them would refuse now. */
  readonly refusals: readonly string[];
}

/** What the ways depend on. */
type Basis = Pick<
  FirstLook,
  'manager' | 'original' | 'isRunning' | 'isPackaged' | 'unit' | 'user' | 'refusals' | 'config'
> & { readonly blocks: readonly unknown[]; readonly diagnostics: readonly unknown[] };

/** The ways that fit what was found; none where there is no manager to go live at. */
export function waysOf(look: Basis): Way[] {
  const { manager, original, isRunning } = look;
  if (manager?.state !== 'manager') return [];
  const { home } = manager;
  if (original.back !== undefined) {
    const why = `integratord had this place until the original came back. Put it back; ${INSTALL_ASKS}.`;
    const commands = commandsBack(original.back);
    return [{ name: 'back', why, first: undefined, commands, refusals: look.refusals }];
  }
  if (original.state === 'replaced' || isRunning) {
    const why = 'integratord is there already.';
    const commands = [`${commandName()} status${homeOption(home)}`];
    return [{ name: 'already', why, first: undefined, commands, refusals: [] }];
  }
  const beside = besideOf(look, home);
  return original.state === 'none' ? [beside] : [inPlaceOf(look, home), beside];
}

function inPlaceOf({ original, blocks, config, diagnostics, refusals }: Basis, home: string): Way {
  // Where it cannot be read, nobody knows.
  const isEmpty = blocks.length === 0 && diagnostics.length === 0;
  return {
    name: 'in place',
    why: `In place of ${original.name ?? 'its Integrator'}: the manager starts and stops it, and the blocks stay in ${config}.`,
    first: isEmpty ? `add an <integration> block to ${config}` : undefined,
    commands: [
      `${commandName()} install${homeOption(home)}`,
      `${controlOf(programAt(original, home))} restart`,
    ],
    refusals,
  };
}

/** The unit needs blocks that the original does not see, and a place for its state. */
function besideOf(look: Basis, home: string): Way {
  const { original, isPackaged } = look;
  const hasOriginal = original.state !== 'none';
  const blocks = isPackaged ? PACKAGED_BLOCKS : `${home}/etc/integrations.conf`;
  const from = `${home}/etc/ossec.conf`;
  const move = hasOriginal
    ? `move the <integration> blocks from ${from} to ${blocks}`
    : `put the <integration> blocks into ${blocks}`;
  return {
    name: 'beside',
    why: hasOriginal
      ? 'Beside the manager, as a unit of systemd: nothing in the manager is replaced.'
      : 'Beside the manager, as a unit of systemd: this manager has no Integrator to replace.',
    first: move,
    commands: [
      ...unitCommands(look, home),
      ...(hasOriginal ? [`${controlOf(programAt(original, home))} restart`] : []),
    ],
    refusals: [],
  };
}

/** What brings the unit to where systemd finds it, and starts it. */
function unitCommands({ isPackaged, unit, user }: Basis, home: string): string[] {
  const isUsual = home === '/var/ossec' && user === 'wazuh';
  const isAsItIs = isUsual && (isPackaged || unit?.startsWith(`${USUAL_PLACE}/`) !== false);
  const edit = isAsItIs ? [] : ['systemctl edit --full integratord   # set its user and its paths'];
  const start = 'systemctl enable --now integratord';
  if (isPackaged) return [...edit, start];
  const copy = unit === undefined ? [] : [`cp ${plainWord(unit)} /etc/systemd/system/`];
  const state = `install -d -o ${user} -m 0700 ${shellWord(`${home}/queue/integratord`)}`;
  return [...copy, ...edit, state, `systemctl daemon-reload && ${start}`];
}

/** Where the manager's Integrator is, or would be. */
function programAt({ name = 'wazuh-integratord' }: Basis['original'], home: string): string {
  return `${home}/bin/${name}`;
}
