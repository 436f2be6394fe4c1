import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { isRoot } from '../dropin/enter.ts';
import { planInstall } from '../dropin/install/install.ts';
import { type InstallPlan, refused } from '../dropin/install/plan.ts';
import { planUninstall } from '../dropin/install/uninstall.ts';
import { complain } from '../telemetry/standard-error.ts';
import { invocation } from './common-options.ts';
import { CommandError, EXIT } from './exit.ts';
import { decideMeanwhile, type MeanwhileChoice } from './install-meanwhile.ts';
import { print, printJson } from './output.ts';

interface InstallChoices extends MeanwhileChoice {
  readonly user?: string;
  readonly group?: string;
}

/** `integratord install`: our launcher in the place of the manager's Integrator. */
export function addInstall(program: Command): void {
  program
    .command('install')
    .description("replace the manager's own Integrator")
    .option('--dry-run', 'show what would be done, without doing it')
    .option('--from-now', 'if the original has run since: do not send what it delivered')
    .option('--replay', 'if the original has run since: send everything again since integratord last ran')
    .option('--user <name>', "the user to run as (default: the manager's user)")
    .option('--group <name>', "the group to run as (default: the manager's)")
    .action(async (own: InstallChoices, command: Command) => {
      if (own.fromNow === true && own.replay === true) {
        throw new CommandError('give --from-now or --replay, not both', EXIT.wrongUsage);
      }
      const packageRoot = fileURLToPath(new URL('../../', import.meta.url));
      const home = homeOf(command);
      const plan = planned(() =>
        planInstall({
          home,
          user: own.user,
          group: own.group,
          node: process.execPath,
          packageRoot,
          program: `${packageRoot}dist/cli/wazuh.js`,
        }),
      );
      const program = `${packageRoot}dist/cli/meanwhile.js`;
      const place = { home, node: process.execPath, program };
      const decided = await decideMeanwhile(plan, place, own, command);
      if (decided !== undefined) await carryOut(decided, own.dryRun ?? false, command);
    });
}

/** `integratord uninstall`: the original back in its place. */
export function addUninstall(program: Command): void {
  program
    .command('uninstall')
    .description("restore the manager's own Integrator")
    .option('--dry-run', 'show what would be done, without doing it')
    .action(async (own: { dryRun?: boolean }, command: Command) => {
      const home = homeOf(command);
      const plan = planned(() => planUninstall(home));
      await carryOut(plan, own.dryRun ?? false, command);
    });
}

/** Only root may look into the `bin` of most managers. */
function planned(plan: () => InstallPlan): InstallPlan {
  try {
    return plan();
  } catch (error) {
    const { code, path, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    const isDenied = code === 'EACCES' || code === 'EPERM';
    if (!isDenied) return refused(message);
    return refused(`permission denied: ${path ?? message}${isRoot() ? '' : '; run this as root'}`);
  }
}

function homeOf(command: Command): string {
  const { home } = invocation(command).paths;
  try {
    return realpathSync(home);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const isMissing = code === 'ENOENT' || code === 'ENOTDIR';
    const reason = isMissing
      ? 'there is no such directory: --home must be the directory of a manager'
      : message;
    throw new CommandError(`${home}: ${reason}`, EXIT.wrongInput);
  }
}

/** Says each step before it is done. */
async function carryOut(plan: InstallPlan, isDryRun: boolean, command: Command): Promise<void> {
  const { json } = invocation(command);
  if (plan.kind === 'refused') {
    if (json) await printJson({ ok: false, steps: [], notes: [], reasons: plan.reasons });
    else for (const reason of plan.reasons) complain(`refused: ${reason}\n`);
    process.exitCode = EXIT.wrongInput;
    return;
  }
  const { steps, notes } = plan;
  if (!json && steps.length === 0) await print(`already ${command.name()}ed; nothing to do\n`);
  for (const step of steps) {
    if (!json) await print(`${isDryRun ? 'would ' : ''}${step.text}\n`);
    if (isDryRun) continue;
    try {
      step.run();
    } catch (error) {
      throw new CommandError(`could not ${step.text}: ${(error as Error).message}`, EXIT.failed);
    }
  }
  if (json) {
    const texts = steps.map((step) => step.text);
    await printJson({ ok: true, dry_run: isDryRun, steps: texts, notes, reasons: [] });
  } else {
    for (const note of notes) await print(`${note}\n`);
  }
  process.exitCode = EXIT.done;
}
