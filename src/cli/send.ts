import type { Command } from 'commander';
import { readAlert } from '../alert/formats/read-alert.ts';
import { stringify } from '../alert/json.ts';
import { systemClock } from '../core/clock.ts';
import type { Outcome } from '../core/outcome.ts';
import { actAsDaemon } from './act-as.ts';
import { readAlertDocuments } from './alert-documents.ts';
import { invocation } from './common-options.ts';
import { CommandError, EXIT } from './exit.ts';
import type { OpenFile } from './lines.ts';
import { loadSetup } from './load.ts';
import { print, printable, printJson } from './output.ts';
import { sampleAlert } from './sample-alert.ts';
import { findSender, sendNow } from './send-now.ts';

/** `integratord send`: one alert, now, outside the outbox. */
export function addSend(program: Command): void {
  program
    .command('send')
    .description('send one alert now, outside the outbox, and show the answer')
    .requiredOption('--integration <id>', 'the integration, as `check` names it')
    .argument('[file]', 'a file whose first line is the alert (default: a built-in sample)')
    .action(async (file: string | undefined, own: { integration: string }, command: Command) => {
      const invoked = invocation(command);
      const { paths, json, logLevel } = invoked;
      const { files, input } = actAsDaemon(invoked, file);
      const setup = loadSetup(paths, { files, debug: logLevel === 'debug' });
      const entry = findSender(setup, own.integration);
      const raw =
        file === undefined
          ? sampleAlert(new Date(systemClock.now()))
          : await firstAlert(file, input);
      const outcome = await sendNow(entry, raw, setup, paths);
      if (json) await printJson({ integration: own.integration, ...outcome });
      else await print(describe(own.integration, outcome));
      process.exitCode = outcome.kind === 'delivered' ? EXIT.done : EXIT.failed;
    });
}

async function firstAlert(file: string, input: OpenFile | undefined): Promise<Buffer> {
  for await (const { bytes } of readAlertDocuments(input)) {
    const read = readAlert(bytes);
    if (typeof read !== 'string') return read.raw;
    throw new CommandError(`the first line of ${file} is not an alert: ${read}`, EXIT.wrongInput);
  }
  throw new CommandError(`${file} is empty`, EXIT.wrongInput);
}

function describe(integration: string, outcome: Outcome): string {
  const verdict = outcome.kind === 'delivered' ? 'delivered' : `not delivered (${outcome.reason})`;
  const lines = [`${integration}: ${verdict}`];
  if (outcome.status !== undefined) lines.push(`status: ${outcome.status}`);
  if (outcome.message !== undefined) lines.push(`message: ${outcome.message}`);
  for (const line of outcome.excerpt?.split('\n') ?? []) lines.push(`answer: ${line}`);
  for (const { location, message } of outcome.events ?? []) {
    lines.push(`event: ${location}: ${stringify(message)}`);
  }
  return `${lines.map(printable).join('\n')}\n`;
}
