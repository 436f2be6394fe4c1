import { realpathSync } from 'node:fs';
import type { Command } from 'commander';
import type { Setup } from '../app/setup.ts';
import { systemClock } from '../core/clock.ts';
import type { Paths } from '../core/paths.ts';
import { type Account, accountNames, findAccount, isRoot, PROGRAM_NAMES } from '../dropin/enter.ts';
import { planInstall } from '../dropin/install/install.ts';
import { actAsAccount } from './act-as.ts';
import { ask } from './ask.ts';
import { invocation } from './common-options.ts';
import { EXIT } from './exit.ts';
import { installOptions } from './install.ts';
import { print, printable, printJson, printStyled } from './output.ts';
import { type PathOptions, resolvePaths } from './paths.ts';
import { sampleAlert } from './sample-alert.ts';
import { findSender, sendNow } from './send-now.ts';
import { aboutManager } from './setup/about-manager.ts';
import { findManagers } from './setup/find-managers.ts';
import { type FirstLook, isReady, lookAt } from './setup/first-look.ts';
import { lookJson } from './setup/json.ts';
import { lookAtOriginal, programOf } from './setup/original.ts';
import { lookText } from './setup/text.ts';
import { outputStyle } from './style.ts';

interface SetupChoices {
  readonly send?: string;
  readonly user?: string;
  readonly group?: string;
}

/** `integratord setup`: a first look at a manager, which changes nothing. */
export function addSetup(program: Command): void {
  program
    .command('setup')
    .description(
      'look at the manager of this machine, say what integratord would do, and how to go live',
    )
    .option('--send <id>', 'send one test alert to this integration, now')
    .option('--user <name>', "the user that the daemon will run as (default: the manager's user)")
    .option('--group <name>', "its group (default: the manager's)")
    .addHelpText('after', HELP)
    .action(async (own: SetupChoices, command: Command) => {
      const { json, places } = invocation(command);
      const asked = askedPaths(places);
      const search = findManagers(asked.home);
      const [home] = search.found;
      const paths = resolvePaths({ ...asked, ...(home && { home: home.home }) }, process.env);
      const manager = home && { ...home, ...aboutManager(home.home) };
      const program = programOf(paths.home);
      const { name: user, account } = userFor(
        program === 'unseen' ? undefined : program?.name,
        own,
      );
      const refusals = manager?.state === 'manager' ? whyNotInstall(paths.home, own) : [];
      const isUserKnown = account !== undefined;
      const isAsUser = manager !== undefined && become(account);
      // Root reads no files that another user could have put there.
      const original = lookAtOriginal(paths.home, program);
      const group = account?.group;
      const known = { search, manager, original, user, group, isUserKnown, isAsUser, refusals };
      const { look, setup } = lookAt(paths, known);
      if (!json) await printStyled(lookText(look, outputStyle()));
      const id = own.send ?? (json ? undefined : await askWhom(look));
      const sent = id === undefined ? undefined : await sendTest(id, setup, paths);
      if (json) await printJson(lookJson(look, sent));
      else if (sent !== undefined) await print(sentText(sent));
      process.exitCode =
        sent?.kind === 'failed' ? EXIT.failed : isReady(look) ? EXIT.done : EXIT.wrongInput;
    });
}

const HELP = `
It changes nothing: it reads what is there, as the user that the daemon will run as where root calls it.
Exit code 0: it could go live; 1: something would not work, or there is no manager; 3: the test alert was refused.`;

/** `--state` has no effect here; a home that neither the command line nor the environment names is looked for. */
function askedPaths(named: PathOptions): PathOptions {
  const { state: _, ...places } = named;
  const home = places.home ?? process.env['INTEGRATORD_HOME'];
  return home === undefined ? places : { ...places, home };
}

interface DaemonUser {
  readonly name: string;
  readonly account: Account | undefined;
}

/** Whom the daemon would run as: the manager's user, unless the command line says otherwise. */
function userFor(program: string | undefined, { user, group }: SetupChoices): DaemonUser {
  const names = PROGRAM_NAMES.filter((name) => program === undefined || name === program);
  const accounts = names.map((name) => findAccount(name, { user, group }));
  const account = accounts.find((one) => one !== undefined);
  const [name = PROGRAM_NAMES[0]] = names;
  return { name: account?.user ?? accountNames(name, { user, group }).user, account };
}

/** True where everything from here on is done as that user. */
function become(account: Account | undefined): boolean {
  if (account === undefined) return false;
  if (!isRoot()) return account.uid === process.geteuid?.();
  const reason = actAsAccount(account);
  if (reason === undefined) return true;
  process.stderr.write(`integratord acts as root: ${reason}\n`);
  return false;
}

async function askWhom(look: FirstLook): Promise<string | undefined> {
  const able = look.blocks.filter(({ why }) => why === undefined).map(({ id }) => id);
  if (able.length === 0 || !process.stdin.isTTY || !process.stdout.isTTY) return undefined;
  const question = `\nSend one test alert now? (${printable(able.join(', '))}, or Enter for no) `;
  return (await ask(question, process.stdout)) || undefined;
}

/** Why `integratord install` would refuse now. Only root can tell. */
function whyNotInstall(home: string, own: SetupChoices): readonly string[] {
  if (!isRoot()) return [];
  try {
    const plan = planInstall(installOptions(realpathSync(home), own));
    return plan.kind === 'refused' ? plan.reasons : [];
  } catch (error) {
    return [(error as Error).message];
  }
}

/** How the test alert fared. */
export interface Sent {
  readonly kind: 'delivered' | 'failed';
  readonly integration: string;
  readonly message: string | undefined;
}

async function sendTest(id: string, setup: Setup, paths: Paths): Promise<Sent> {
  const entry = findSender(setup, id);
  const raw = sampleAlert(new Date(systemClock.now()));
  const { kind, message } = await sendNow(entry, raw, setup, paths);
  return { kind: kind === 'delivered' ? kind : 'failed', integration: id, message };
}

function sentText({ kind, integration, message }: Sent): string {
  const rest = message === undefined ? '' : `: ${printable(message)}`;
  return kind === 'delivered'
    ? `${printable(integration)} has taken the test alert\n`
    : `${printable(integration)} did not take the test alert${rest}\n`;
}
