import type { Command } from 'commander';
import type { Meanwhile } from '../app/meanwhile.ts';
import { localTime } from '../core/local-time.ts';
import { askMeanwhile, type OutboxPlace, perIntegration } from '../dropin/install/meanwhile.ts';
import type { InstallPlan, InstallStep } from '../dropin/install/plan.ts';
import { ask, isYes } from './ask.ts';
import { invocation } from './common-options.ts';
import { CommandError, EXIT } from './exit.ts';
import { print, printJson } from './output.ts';

/** What the command line says of alerts that the original may have delivered. */
export interface MeanwhileChoice {
  readonly dryRun?: boolean;
  readonly fromNow?: boolean;
  readonly replay?: boolean;
}

const OPTIONS =
  '--from-now: do not send them, and begin with what is written from now on; ' +
  '--replay: send them, also those that the original has delivered';

/**
 * Where the original ran since integratord last did, somebody has to say what happens to the alerts in
 * between: an option, or the answer on a terminal. Undefined where nobody does; then it was said.
 */
export async function decideMeanwhile(
  plan: InstallPlan,
  where: Omit<OutboxPlace, 'account'>,
  choice: MeanwhileChoice,
  command: Command,
): Promise<InstallPlan | undefined> {
  if (plan.kind !== 'ready' || plan.takesOver === undefined) return plan;
  const { backSince } = plan;
  const place = { ...where, account: plan.takesOver, backSince };
  const meanwhile = askMeanwhile(place, 'count');
  if (typeof meanwhile !== 'string' && meanwhile.alerts === 0) return plan;
  const { json } = invocation(command);
  const what = describe(meanwhile, backSince);
  if (!json) await print(`${what}\n`);
  const decision =
    choice.dryRun === true && !isDecided(choice) ? 'later' : await decide(choice, json);
  switch (decision) {
    case 'from now': {
      const step: InstallStep = {
        text: 'begin with what is written to the alert file from now on',
        run() {
          const result = askMeanwhile(place, 'skip');
          if (typeof result === 'string') throw new Error(result);
        },
      };
      return { ...plan, steps: [step, ...plan.steps] };
    }
    case 'replay':
      return { ...plan, notes: [...plan.notes, 'these alerts are sent after the restart'] };
    case 'later':
      return { ...plan, notes: [...plan.notes, `install will want to know: ${OPTIONS}`] };
    case undefined:
      if (json) {
        const reasons = [what, OPTIONS];
        await printJson({ ok: false, steps: [], notes: [], reasons, meanwhile });
        process.exitCode = EXIT.wrongUsage;
        return undefined;
      }
      throw new CommandError(`nothing was changed. Say which: ${OPTIONS}`, EXIT.wrongUsage);
  }
}

function describe(meanwhile: Meanwhile | string, backSince: number | undefined): string {
  const since = backSince === undefined ? '' : ` is there since ${localTime(backSince)}, and`;
  const original = `The original${since} may have run since integratord last did`;
  if (typeof meanwhile === 'string') {
    return `${original}. It is unknown how many alerts would be sent again: ${meanwhile}`;
  }
  const { alerts, first, last, before = 0 } = meanwhile;
  const count = alerts === 1 ? '1 alert' : `${alerts} alerts`;
  const span =
    first === undefined || last === undefined
      ? ''
      : `, written from ${localTime(first)} to ${localTime(last)}`;
  const early =
    before === 0
      ? ''
      : `. Of these, ${before} ${before === 1 ? 'was' : 'were'} written before the original was there: nobody has delivered ${before === 1 ? 'it' : 'them'} yet`;
  return `${original}: ${count} would be sent again (${perIntegration(meanwhile)})${span}${early}`;
}

function isDecided({ fromNow, replay }: MeanwhileChoice): boolean {
  return fromNow === true || replay === true;
}

async function decide(
  choice: MeanwhileChoice,
  json: boolean,
): Promise<'from now' | 'replay' | undefined> {
  if (choice.fromNow === true) return 'from now';
  if (choice.replay === true) return 'replay';
  if (json || !process.stdin.isTTY || !process.stdout.isTTY) return undefined;
  const question = 'Send them again? yes, no (begin from now on), or stop: ';
  const answer = await ask(question, process.stdout);
  if (isYes(answer)) return 'replay';
  return /^no?$/i.test(answer) ? 'from now' : undefined;
}
