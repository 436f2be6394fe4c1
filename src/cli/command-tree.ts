import type { Argument, Command, Option } from 'commander';

/** A command as its help shows it, for what is made of the help. */
export interface CommandEntry {
  /** `queue list`; empty for the program itself. */
  readonly path: string;
  readonly description: string;
  /** What the help adds at its end. */
  readonly more: string;
  readonly usage: string;
  readonly options: readonly Option[];
  readonly arguments: readonly Argument[];
  readonly commands: readonly CommandEntry[];
}

/** All commands below a program, in the order of the help. */
export function commandTree(program: Command, path: readonly string[] = []): CommandEntry {
  const help = program.createHelp();
  return {
    path: path.join(' '),
    description: program.description(),
    more: moreOf(program),
    usage: [...path, program.usage()].join(' ').trim(),
    options: help.visibleOptions(program),
    arguments: help.visibleArguments(program),
    commands: program.commands.map((child) => commandTree(child, [...path, child.name()])),
  };
}

/** The text after the options, which the program writes when it is asked for help. */
function moreOf(command: Command): string {
  let text = '';
  const before = command.configureOutput();
  command.configureOutput({ ...before, writeOut: (part) => (text += part) });
  command.outputHelp();
  command.configureOutput(before);
  return text.slice(command.helpInformation().length).trim();
}

/** The choices of an option's value. */
export function choicesOf(option: Option): readonly string[] {
  return option.argChoices ?? [];
}
