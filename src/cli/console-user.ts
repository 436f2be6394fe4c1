import { type Command, Option } from 'commander';
import { hashPassword, LONGEST_PASSWORD } from '../console/auth/passwords.ts';
import { ROLES, type Role } from '../console/auth/users.ts';
import { CommandError, EXIT } from './exit.ts';
import { print } from './output.ts';

/** Shorter passwords are guessed. */
const SHORTEST_PASSWORD = 12;

/** `integratord console-user`: makes the line of someone who may log in to the console. */
export function addConsoleUser(program: Command): void {
  program
    .command('console-user')
    .description('make the line of someone who may log in to the console')
    .argument('<name>', 'who: letters, digits and ._@-')
    .addOption(
      new Option('--role <role>', 'what they may do').choices([...ROLES]).default('viewer'),
    )
    .addHelpText('after', HELP)
    .action(async (name: string, { role }: { role: Role }) => {
      if (!/^[A-Za-z\d._@-]{1,64}$/.test(name)) {
        throw new CommandError('a name has up to 64 letters, digits and ._@-', EXIT.wrongUsage);
      }
      const password = await firstLine();
      if (password.length < SHORTEST_PASSWORD || password.length > LONGEST_PASSWORD) {
        const message = `a password has at least ${SHORTEST_PASSWORD} characters; it is read from standard input`;
        throw new CommandError(message, EXIT.wrongInput);
      }
      await print(`${name}:${role}:${await hashPassword(password)}\n`);
      process.exitCode = EXIT.done;
    });
}

const HELP = `
The password is the first line of standard input, so that it stands on no command line:
  systemd-ask-password | integratord console-user alice --role operator >> /etc/integratord/console-users`;

async function firstLine(): Promise<string> {
  let text = '';
  for await (const chunk of process.stdin.setEncoding('utf8') as AsyncIterable<string>) {
    text += chunk;
    if (text.includes('\n') || text.length > 2 * LONGEST_PASSWORD) break;
  }
  return text.split(/\r?\n/)[0] ?? '';
}
