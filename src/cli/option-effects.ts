import type { Command } from 'commander';

/** The options that say where things are, and how the log is written. */
type PlaceOption =
  | '--config'
  | '--settings'
  | '--alerts'
  | '--state'
  | '--log-level'
  | '--log-format';

const CONFIGURATION = ['--config', '--settings'] as const;
const LOG = ['--log-level', '--log-format'] as const;

/**
 * Where these options have an effect; `--home` and `--json` are for all. Elsewhere they are taken, so
 * that a line can be reused for another command, but the help does not show them.
 */
const EFFECTS: Readonly<Record<string, readonly PlaceOption[]>> = {
  run: [...CONFIGURATION, '--alerts', '--state', ...LOG],
  check: [...CONFIGURATION, '--alerts', '--state'],
  match: [...CONFIGURATION, '--state'],
  explain: [...CONFIGURATION, '--alerts', '--state'],
  simulate: [...CONFIGURATION, '--alerts', '--state'],
  replay: [...CONFIGURATION, '--alerts', '--state'],
  preview: [...CONFIGURATION, '--state', '--log-level'],
  send: [...CONFIGURATION, '--state', '--log-level'],
  status: ['--state'],
  reload: ['--state'],
  pause: ['--state'],
  resume: ['--state'],
  tail: ['--state'],
  top: ['--state'],
  metrics: ['--state'],
  queue: ['--state'],
  'queue show': [...CONFIGURATION, '--state'],
  silence: [...CONFIGURATION, '--state'],
  'silence test': [...CONFIGURATION, '--alerts', '--state'],
  audit: ['--state'],
  unreadable: ['--state'],
  completion: [],
  'console-user': [],
  demo: [],
  setup: [...CONFIGURATION, '--alerts'],
  install: CONFIGURATION,
  uninstall: [],
  'restore-outbox': [...CONFIGURATION, '--alerts', '--state'],
  wazuh: [],
};

/** True where the help of a command shows an option. */
export function hasEffect(command: Command, option: string): boolean {
  const words: string[] = [];
  for (let at: Command | null = command; at?.parent; at = at.parent) words.unshift(at.name());
  const effects = EFFECTS[words.join(' ')] ?? EFFECTS[words[0] ?? ''];
  return effects === undefined || (effects as readonly string[]).includes(option);
}
