import type { FirstLook } from './first-look.ts';

/** A way to go live. */
export interface Way {
  readonly name: 'in place' | 'beside' | 'already';
  /** When to choose it, as a sentence. */
  readonly why: string;
  /** What a person has to do before the commands; undefined: nothing. */
  readonly first: string | undefined;
  readonly commands: readonly string[];
  /** Why the first of them would refuse now. */
  readonly refusals: readonly string[];
}

/** The ways that fit what was found; none where something must be mended first. */
export function waysOf({
  manager,
  original,
  isRunning,
  user,
  blocks,
  refusals,
  config,
}: FirstLook): Way[] {
  if (manager === undefined) return [];
  const { home } = manager;
  const at = home === '/var/ossec' ? '' : ` --home '${home}'`;
  if (original.state === 'replaced' || isRunning) {
    const why = 'integratord is there already.';
    return [
      {
        name: 'already',
        why,
        first: undefined,
        commands: [`integratord status${at}`],
        refusals: [],
      },
    ];
  }
  const control = `${home}/bin/${(original.name ?? 'wazuh-integratord').replace('integratord', 'control')}`;
  const beside = besideOf({ home, user, hasOriginal: original.state !== 'none', control });
  if (original.state === 'none') return [beside];
  const inPlace: Way = {
    name: 'in place',
    why: `In place of ${original.name}: the manager starts and stops it, and the blocks stay in ${config}.`,
    first: blocks.length === 0 ? `add an <integration> block to ${config}` : undefined,
    commands: [`integratord install${at}`, `${control} restart`],
    refusals,
  };
  return [inPlace, beside];
}

interface Place {
  readonly home: string;
  readonly user: string;
  readonly hasOriginal: boolean;
  readonly control: string;
}

function besideOf({ home, user, hasOriginal, control }: Place): Way {
  const blocks = `${home}/etc/integrations.conf`;
  const state = `${home}/queue/integratord`;
  const unit = home === '/var/ossec' && user === 'wazuh' ? '' : `, and set its user and paths`;
  return {
    name: 'beside',
    why: hasOriginal
      ? 'Beside the manager, as a unit of systemd: nothing in the manager is replaced.'
      : 'Beside the manager, as a unit of systemd: this manager has no Integrator to replace.',
    first: hasOriginal
      ? `move the <integration> blocks from ${home}/etc/ossec.conf to ${blocks}${unit && `${unit} (systemctl edit integratord)`}`
      : `put the <integration> blocks into ${blocks}${unit && `${unit} (systemctl edit integratord)`}`,
    commands: [
      `install -d -o ${user} -m 0700 '${state}' && systemctl enable --now integratord`,
      ...(hasOriginal ? [`${control} restart`] : []),
    ],
    refusals: [],
  };
}
