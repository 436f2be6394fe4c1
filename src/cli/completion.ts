import { Argument, type Command } from 'commander';
import { shellWord } from '../core/shell-word.ts';
import { type CommandEntry, choicesOf, commandTree } from './command-tree.ts';
import { print } from './output.ts';

/** Shells that a script can be made for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** `integratord completion`: a script with which a shell completes commands and options. */
export function addCompletion(program: Command, all: () => Promise<Command>): void {
  program
    .command('completion')
    .description('print a script with which a shell completes commands and options')
    .addArgument(new Argument('<shell>', 'which shell').choices([...SHELLS]))
    .addHelpText('after', HELP)
    .action(async (shell: Shell) => {
      await print(completionScript(commandTree(await all()), shell));
    });
}

const HELP = `
bash: integratord completion bash > /etc/bash_completion.d/integratord
zsh:  integratord completion zsh > "\${fpath[1]}/_integratord"
fish: integratord completion fish > ~/.config/fish/completions/integratord.fish`;

/** The script for a shell. */
export function completionScript(program: CommandEntry, shell: Shell): string {
  return SCRIPTS[shell](program);
}

const SCRIPTS: Readonly<Record<Shell, (program: CommandEntry) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

/** Options whose values are files. */
const FILES = '--home|--config|-c|--settings|--alerts|--state';

/** Every command with those below it. */
function flat(entry: CommandEntry): CommandEntry[] {
  return [entry, ...entry.commands.flatMap(flat)];
}

function optionWords({ options }: CommandEntry): string[] {
  return options.map(({ long, short }) => long ?? short ?? '').filter((word) => word !== '');
}

/** The last word of its path. */
function nameOf({ path }: CommandEntry): string {
  return path.split(' ').at(-1) ?? '';
}

function argumentWords(entry: CommandEntry): readonly string[] {
  return entry.arguments.flatMap(({ argChoices = [] }) => argChoices);
}

/** The values of options that have few, by their names. */
function optionValues(entries: readonly CommandEntry[]): Map<string, readonly string[]> {
  const values = new Map<string, readonly string[]>();
  for (const { options } of entries) {
    for (const option of options) {
      if (choicesOf(option).length > 0) values.set(option.long ?? '', choicesOf(option));
    }
  }
  return values;
}

/** In bash and zsh: goes on to the command that the next word names. */
function nextCommand(entries: readonly CommandEntry[]): string {
  const known = entries.filter(({ path }) => path !== '').map(({ path }) => `'${path}'`);
  return `    case "\${command:+$command }$next" in
      ${known.join('|')}) command="\${command:+$command }$next" ;;
    esac`;
}

function bashScript(program: CommandEntry): string {
  const entries = flat(program);
  const words = entries.map((entry) => {
    const all = [...entry.commands.map(nameOf), ...argumentWords(entry), ...optionWords(entry)];
    return `    '${entry.path}') words='${all.join(' ')}' ;;`;
  });
  const choices = [...optionValues(entries)].map(([name, its]) => {
    return `    ${name}) COMPREPLY=($(compgen -W '${its.join(' ')}' -- "$current")); return ;;`;
  });
  return `# Completes integratord. Made by: integratord completion
_integratord() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" command='' words='' next
  case "$before" in
${choices.join('\n')}
    ${FILES}) COMPREPLY=($(compgen -f -- "$current")); return ;;
  esac
  for next in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
${nextCommand(entries)}
  done
  case "$command" in
${words.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _integratord integratord
`;
}

/** Of its own, with what each word means: what zsh makes of scripts for bash differs too much. */
function zshScript(program: CommandEntry): string {
  const entries = flat(program);
  const word = (name: string, meaning: string) => shellWord(`${name}:${meaning}`);
  const offers = entries.map((entry) => {
    const words = [
      ...entry.commands.map((child) => word(nameOf(child), child.description)),
      ...argumentWords(entry).map(shellWord),
      ...entry.options.map(({ long, short, description }) =>
        word(long ?? short ?? '', description),
      ),
    ];
    return `    '${entry.path}') offered=(${words.join(' ')}) ;;`;
  });
  const choices = [...optionValues(entries)].map(([name, its]) => {
    return `    ${name}) offered=(${its.join(' ')}); _describe 'value' offered; return ;;`;
  });
  return `#compdef integratord
# Completes integratord. Made by: integratord completion
_integratord() {
  local command='' next
  local -a offered
  case "$words[CURRENT-1]" in
${choices.join('\n')}
    ${FILES}) _files; return ;;
  esac
  for next in "\${(@)words[2,CURRENT-1]}"; do
${nextCommand(entries)}
  done
  case "$command" in
${offers.join('\n')}
  esac
  _describe 'integratord' offered || _files
}
# Loaded by itself when it is first wanted, or read by someone's own file.
if [[ "$funcstack[1]" == _integratord ]]; then _integratord "$@"; else compdef _integratord integratord; fi
`;
}

function fishScript(program: CommandEntry): string {
  const lines = ['# Completes integratord. Made by: integratord completion'];
  for (const entry of flat(program)) {
    const parts = entry.path.split(' ').filter((part) => part !== '');
    const names = entry.commands.map(nameOf);
    const inside = parts.map((part) => `__fish_seen_subcommand_from ${part}`);
    const outside =
      names.length === 0 ? [] : [`not __fish_seen_subcommand_from ${names.join(' ')}`];
    const base = parts.length === 0 ? ['__fish_use_subcommand'] : [...inside, ...outside];
    for (const child of entry.commands) {
      lines.push(
        `complete -c integratord -f -n ${quoted(base.join('; and '))} -a ${nameOf(child)} -d ${quoted(child.description)}`,
      );
    }
    const values = argumentWords(entry);
    if (values.length > 0) {
      const when = quoted(inside.join('; and '));
      lines.push(`complete -c integratord -f -n ${when} -a ${quoted(values.join(' '))}`);
    }
    for (const option of entry.options) {
      const long = option.long === undefined ? '' : ` -l ${option.long.slice(2)}`;
      const short = option.short === undefined ? '' : ` -s ${option.short.slice(1)}`;
      const its = choicesOf(option);
      const value =
        its.length > 0 ? ` -x -a ${quoted(its.join(' '))}` : option.required ? ' -r' : '';
      const when = parts.length === 0 ? '' : ` -n ${quoted(inside.join('; and '))}`;
      lines.push(
        `complete -c integratord${when}${long}${short}${value} -d ${quoted(option.description)}`,
      );
    }
  }
  return `${lines.join('\n')}\n`;
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
