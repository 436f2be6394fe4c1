import { join } from 'node:path';
import type { Command } from 'commander';
import { askDaemon, CONTROL_SOCKET } from '../control/client.ts';
import { systemClock } from '../core/clock.ts';
import { formatDiagnostic } from '../core/diagnostic.ts';
import type { Operator } from '../core/operator.ts';
import { OutboxError } from '../core/outbox-error.ts';
import type { ReloadReport } from '../core/reload.ts';
import { recordReload } from '../outbox/audit.ts';
import { openOutboxDatabase } from '../outbox/state-directory.ts';
import { complain } from '../telemetry/standard-error.ts';
import { actAsOwner } from './act-as.ts';
import { invocation } from './common-options.ts';
import { CommandError, EXIT } from './exit.ts';
import { operator } from './operator.ts';
import { print, printable, printJson } from './output.ts';
import { readAnswer } from './read-answer.ts';

/** Reading a large configuration with its files may take a while. */
const PATIENCE_MS = 30_000;

/** `integratord reload`: has the daemon read its configuration again, and says what came of it. */
export function addReload(program: Command): void {
  program
    .command('reload')
    .description('have the daemon read its configuration again')
    .action(async (_own: unknown, command: Command) => {
      const { paths, json } = invocation(command);
      // Before the command becomes the user that the outbox belongs to.
      const who = operator();
      actAsOwner(paths.state);
      const socket = join(paths.state, CONTROL_SOCKET);
      const result = await askDaemon(socket, 'POST', '/reload', PATIENCE_MS);
      if (result.kind === 'nobody') {
        const message = `no daemon runs with the state directory ${paths.state}`;
        throw new CommandError(message, EXIT.failed);
      }
      if (result.kind === 'failed' || result.status !== 200) {
        const why = result.kind === 'failed' ? result.why : result.body;
        throw new CommandError(`the daemon cannot be asked: ${why}`, EXIT.failed);
      }
      const answer = readAnswer<ReloadReport>(result.body);
      recordWho(paths.state, who, answer);
      if (json) await printJson(answer);
      else await tell(answer);
      process.exitCode = answer.accepted || answer.waits ? EXIT.done : EXIT.wrongInput;
    });
}

/** Keeps who did it. That this fails says nothing about the reload. */
function recordWho(state: string, who: Operator, { accepted, waits }: ReloadReport): void {
  try {
    const database = openOutboxDatabase(state);
    try {
      recordReload(database, { ...who, at: systemClock.now() }, { accepted, waits });
    } finally {
      database.close();
    }
  } catch (error) {
    if (!(error instanceof OutboxError)) throw error;
    complain(`integratord: the reload is not in the audit: ${printable(error.message)}\n`);
  }
}

async function tell({ accepted, waits, diagnostics }: ReloadReport): Promise<void> {
  for (const diagnostic of diagnostics) {
    await print(`${printable(formatDiagnostic(diagnostic))}\n`);
    if (diagnostic.excerpt !== undefined)
      await print(`${diagnostic.excerpt.replace(/^/gm, '    ')}\n`);
  }
  await print(
    accepted
      ? 'the new configuration is in force\n'
      : waits
        ? 'the new configuration takes effect as soon as the outbox can be used\n'
        : 'the new configuration has errors: nothing was changed, the previous one stays in force\n',
  );
}
