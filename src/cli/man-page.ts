import type { Option } from 'commander';
import { VERSION } from '../core/version.ts';
import { type CommandEntry, commandTree } from './command-tree.ts';
import { createProgram } from './commands.ts';

/** The man page, made from the help of all commands, in the language of man(7). */
export async function manPage(): Promise<string> {
  const program = commandTree(await createProgram([]));
  const entries = program.commands.flatMap(withChildren);
  return `${[
    `.TH INTEGRATORD 1 "" "integratord ${VERSION}" "User Commands"`,
    '.SH NAME',
    `integratord \\- ${roff(program.description)}`,
    '.SH SYNOPSIS',
    '.B integratord',
    '.I command',
    '[options]',
    '.SH OPTIONS',
    ...program.options.flatMap(optionLines),
    '.SH COMMANDS',
    ...entries.flatMap(commandLines),
    '.SH EXIT STATUS',
    '0: done. 1: the configuration or the input is wrong. 2: wrong usage. 3: it ran, but something failed.',
    '.B status',
    'exits as a check of Nagios does: 0 ok, 1 degraded, 2 stopped, 3 unknown.',
    '.SH ENVIRONMENT',
    '.BR INTEGRATORD_HOME ", " INTEGRATORD_CONFIG ", " INTEGRATORD_SETTINGS ", " INTEGRATORD_ALERTS ", "',
    '.BR INTEGRATORD_STATE " and " INTEGRATORD_SOCKET',
    'stand for the options of these names.',
    '.BR NO_COLOR ", " PAGER " and " INTEGRATORD_PAGER',
    'say how output is shown.',
    '.SH FILES',
    'See docs/operating.md.',
  ].join('\n')}\n`;
}

function withChildren(entry: CommandEntry): CommandEntry[] {
  // A group is nothing by itself.
  return entry.commands.length > 0 ? entry.commands.flatMap(withChildren) : [entry];
}

function commandLines({ usage, description, options, more }: CommandEntry): string[] {
  const own = options.filter(({ long }) => long !== '--help');
  const [first = '', ...rest] = more === '' ? [] : more.split('\n');
  return [
    `.SS "${roff(usage)}"`,
    roff(description),
    ...own.flatMap(optionLines),
    ...(more === '' ? [] : ['.PP', '.nf', ...[first, ...rest].map(roff), '.fi']),
  ];
}

function optionLines(option: Option): string[] {
  const choices = option.argChoices === undefined ? '' : ` (${option.argChoices.join(', ')})`;
  return ['.TP', `.B ${roff(option.flags)}`, roff(`${option.description}${choices}`)];
}

/** Text that is nothing but text to troff. */
function roff(text: string): string {
  const plain = text.replaceAll('\\', '\\e').replaceAll('-', '\\-').replaceAll('"', '\\(dq');
  return /^[.']/.test(plain) ? `\\&${plain}` : plain;
}
