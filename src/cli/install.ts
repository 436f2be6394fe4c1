import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { isRoot } from '../dropin/enter.ts';
import { type InstallOptions, planInstall } from '../dropin/install/install.ts';
import { type InstallPlan, refused } from '../dropin/install/plan.ts';
import { findProgram } from '../dropin/install/programs.ts';
import { planUninstall } from '../dropin/install/uninstall.ts';
import { complain } from '../telemetry/standard-error.ts';
import { invocation } from './common-options.ts';
import { CommandError, EXIT } from './exit.ts';
import { decideMeanwhile, type MeanwhileChoice } from './install-meanwhile.ts';
import { print, printJson } from './output.ts';

interface InstallChoices extends MeanwhileChoice {
  readonly keep?: boolean;
  readonly user?: string;
  readonly group?: string;
}

const PACKAGE = fileURLToPath(new URL('../../', import.meta.url));

/** What is to be installed into a manager's directory: what runs now. */
export function installOptions(
  home: string,
  { user, group }: Pick<InstallChoices, 'user' | 'group'>,
): InstallOptions {
  return {
    home,
    user,
    group,
    node: process.execPath,
    packageRoot: PACKAGE,
    program: `${PACKAGE}dist/cli/wazuh.js`,
  };
}

/** `integratord install`: our launcher in the place of the manager's Integrator. */
export function addInstall(program: Command): void {
  program
    .command('install')
    .description("replace the manager's own Integrator")
    .option('--dry-run', 'show what would be done, without doing it')
    .option('--from-now', 'if the original has run since: do not send what it delivered')
    .option(
      '--replay',
      'if the original has run since: send everything again since integratord last ran',
    )
    .option('--keep', 'only where an upgrade of the manager put the original back; asks nothing')
    .option('--user <name>', "the user to run as (default: the manager's user)")
    .option('--group <name>', "the group to run as (default: the manager's)")
    .action(async (own: InstallChoices, command: Command) => {
      if (own.fromNow === true && own.replay === true) {
        throw new CommandError('give --from-now or --replay, not both', EXIT.wrongUsage);
      }
      const home = homeOf(command);
      if (own.keep === true && !(await wasReplaced(home, command))) return;
      const plan = planned(() => planInstall(installOptions(home, own)));
      const program = `${PACKAGE}dist/cli/meanwhile.js`;
      const place = { home, node: process.execPath, program };
      const decided = await decideMeanwhile(plan, place, decisionOf(own), command);
      if (decided !== undefined) await carryOut(decided, own.dryRun ?? false, command);
    });
}

/** Where nobody can be asked, nothing may be lost: what the original may have delivered is sent. */
function decisionOf(own: InstallChoices): MeanwhileChoice {
  return own.keep === true && own.fromNow !== true ? { ...own, replay: true } : own;
}

/** True where the original is back in the place that integratord had; else says that nothing is to be done. */
async function wasReplaced(home: string, command: Command): Promise<boolean> {
  const found = seen(() => findProgram(home));
  if (found?.state === 'original' && found.hasKept) return true;
  const why =
    found === undefined || found.state === 'original'
      ? 'integratord was not installed there'
      : 'integratord is in its place';
  if (invocation(command).json) {
    await printJson({ ok: true, dry_run: false, steps: [], notes: [why], reasons: [] });
  } else await print(`nothing to do: ${why}\n`);
  process.exitCode = EXIT.done;
  return false;
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

function planned(plan: () => InstallPlan): InstallPlan {
  try {
    return plan();
  } catch (error) {
    return refused(whyUnseen(error));
  }
}

/** @throws CommandError where this user may not look. */
function seen<T>(look: () => T): T {
  try {
    return look();
  } catch (error) {
    throw new CommandError(whyUnseen(error), EXIT.wrongInput);
  }
}

/** Only root may look into the `bin` of most managers. @throws what is no error of the system */
function whyUnseen(error: unknown): string {
  const { code, path, message } = error as NodeJS.ErrnoException;
  if (code === undefined) throw error;
  if (code !== 'EACCES' && code !== 'EPERM') return message;
  return `permission denied: ${path ?? message}${isRoot() ? '' : '; run this as root'}`;
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
