import type { Command } from 'commander';
import { suggestion } from '../core/nearest.ts';
import { CommandError, EXIT } from './exit.ts';

/**
 * Has a command that is nothing by itself show its help, and say which of its commands was meant. To be
 * called after they were added: they would inherit that it takes any words.
 */
export function asGroup(group: Command): void {
  group.allowExcessArguments().action((_own: unknown, command: Command) => {
    const [word] = command.args;
    if (word === undefined) return command.outputHelp();
    const names = command.commands.map((one) => one.name());
    const message = `${command.name()} has no command ${JSON.stringify(word)}${suggestion(word, names)}`;
    throw new CommandError(`${message} (--help lists them)`, EXIT.wrongUsage);
  });
}
