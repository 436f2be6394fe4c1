import type { Command } from 'commander';
import { type GoingBack, goBack, planGoingBack } from '../app/go-back.ts';
import { systemClock } from '../core/clock.ts';
import { localTime } from '../core/local-time.ts';
import { OutboxError } from '../core/outbox-error.ts';
import { spanOf } from '../core/words.ts';
import { lockStateDirectory } from '../outbox/daemon-lock.ts';
import { type KeptCopy, keptCopy, newerPath } from '../outbox/kept-copy.ts';
import { formatOfOutbox } from '../outbox/restore.ts';
import { actAsDaemon } from './act-as.ts';
import { confirm } from './ask.ts';
import { invocation } from './common-options.ts';
import { CommandError, EXIT } from './exit.ts';
import { loadSetup } from './load.ts';
import { operator } from './operator.ts';
import { isoTime, print, printableLines, printJson } from './output.ts';

interface RestoreOptions {
  readonly dryRun?: boolean;
  readonly lossy?: boolean;
  readonly yes?: boolean;
}

/** `integratord restore-outbox`: the outbox as it was before the last upgrade, for the version before. */
export function addRestoreOutbox(program: Command): void {
  program
    .command('restore-outbox')
    .description(
      'put the outbox back as it was before the last upgrade, to go back to that version',
    )
    .option('--dry-run', 'show what it would mean, without doing it')
    .option('--lossy', 'also where alerts that must be read again are no longer there')
    .option('--yes', 'do not ask')
    .addHelpText('after', HELP)
    .action(async (own: RestoreOptions, command: Command) => {
      const invoked = invocation(command);
      const { paths, json } = invoked;
      // Before the command becomes the user that the outbox belongs to.
      const who = operator();
      const { files } = actAsDaemon(invoked);
      try {
        refuseRunning(paths.state);
        const copy = copyOf(paths.state);
        const going = await planGoingBack(copy, paths, loadSetup(paths, { files }));
        if (own.dryRun === true) {
          if (json) await printJson({ ok: true, dry_run: true, ...goingJson(going, paths.state) });
          else await print(describe(going, paths.state));
          process.exitCode = EXIT.done;
          return;
        }
        if (own.yes !== true || !json) process.stderr.write(describe(going, paths.state));
        refuseLoss(going, own.lossy === true);
        if (own.yes !== true) {
          await confirm('restore-outbox', json, {
            question: 'Put it back?',
            hint: 'add --yes to put it back',
          });
        }
        goBack(going, paths.state, who, systemClock);
        if (json) await printJson({ ok: true, dry_run: false, ...goingJson(going, paths.state) });
        else await print(DONE);
      } catch (error) {
        if (!(error instanceof OutboxError)) throw error;
        throw new CommandError(error.message, error.isTemporary ? EXIT.failed : EXIT.wrongInput);
      }
      process.exitCode = EXIT.done;
    });
}

const HELP = `
Stop the daemon, run this, install the version before, and start that one. Versions from 0.2.0 on do this by
themselves when they find the outbox of a newer one.`;

const DONE = `done. Now install the version before, and start it. (If this version starts again, it upgrades the outbox again.)
`;

/** @throws OutboxError while a daemon runs */
function refuseRunning(state: string): void {
  if (formatOfOutbox(state) === 0) {
    const message = `there is no outbox in ${state} (--state or --home select the directory)`;
    throw new CommandError(message, EXIT.wrongInput);
  }
  lockStateDirectory(state, new Date(systemClock.now())).release();
}

/** @throws CommandError where there is none that is older */
function copyOf(state: string): KeptCopy {
  const copy = keptCopy(state);
  const format = formatOfOutbox(state);
  if (copy !== undefined && copy.format < format) return copy;
  throw new CommandError(
    `there is nothing to go back to: ${state} has no copy of the outbox from before an upgrade. One is made ` +
      'when a new version changes the shape of the outbox, and kept until the next time, for seven days at ' +
      `most. (The outbox has format ${format}: a version that knows this one can use it as it is.)`,
    EXIT.wrongInput,
  );
}

function refuseLoss({ losses }: GoingBack, isAllowed: boolean): void {
  if (losses.length === 0 || isAllowed) return;
  throw new CommandError(
    'restore-outbox: nothing was changed, since something would be lost. Let this version deliver what ' +
      'waits first (`integratord queue stats`), or add --lossy',
    EXIT.failed,
  );
}

/** What it means, for a person. */
function describe({ copy, repeats, again, losses }: GoingBack, state: string): string {
  const age = spanOf(systemClock.now() - copy.madeAt);
  const each = Object.entries(again.integrations).map(([id, count]) => `${id} ${count}`);
  const lines = [
    `the outbox as it was before the upgrade of ${localTime(copy.madeAt)}, ${age} ago:`,
    `- what waited then is sent, and what was written to the alert file since: ${plural(again.alerts, 'alert')}` +
      (each.length === 0 ? '' : ` (${each.join(', ')})`),
    `- of these, ${repeats === undefined ? 'an unknown number was' : `${repeats} ${repeats === 1 ? 'was' : 'were'}`} ` +
      'delivered since, and may arrive twice',
    '- what operators did since is undone: silences, pauses, drops, retries, replays',
    `- the present outbox is kept as ${newerPath(state)}, for seven days`,
    ...losses.map(({ what }) => `- LOST: ${what}`),
  ];
  return printableLines(`${lines.join('\n')}\n`);
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

function goingJson({ copy, newerFormat, repeats, again, losses }: GoingBack, state: string) {
  return {
    made_at: isoTime(Math.round(copy.madeAt)),
    format: copy.format,
    newer_format: newerFormat,
    repeats: repeats ?? null,
    alerts: again.alerts,
    integrations: again.integrations,
    losses: losses.map(({ what, bytes }) => ({ what, bytes: bytes ?? null })),
    newer: newerPath(state),
  };
}
