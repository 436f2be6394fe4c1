import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { Alert } from '../alert/alert.ts';
import { readAlert } from '../alert/formats/read-alert.ts';
import { stringify } from '../alert/json.ts';
import type { RoutedIntegration } from '../app/setup.ts';
import { createTransports } from '../app/transports.ts';
import { systemClock } from '../core/clock.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Paths } from '../core/paths.ts';
import { memoryCache, memoryQuota } from '../core/quota.ts';
import { Scrubber } from '../core/secret.ts';
import { actAsDaemon } from './act-as.ts';
import { readAlertDocuments } from './alert-documents.ts';
import { invocation } from './common-options.ts';
import { CommandError, EXIT } from './exit.ts';
import type { OpenFile } from './lines.ts';
import { findIntegration, loadSetup } from './load.ts';
import { print, printable, printJson } from './output.ts';
import { Redactor } from './redact.ts';
import { sampleAlert } from './sample-alert.ts';

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
      const entry = findIntegration(setup, own.integration);
      if (entry.destination === undefined || entry.unusable !== undefined) {
        const reason = entry.unusable?.reason ?? 'nothing delivers to it';
        throw new CommandError(`'${own.integration}' cannot send: ${reason}`, EXIT.wrongInput);
      }
      const raw =
        file === undefined
          ? sampleAlert(new Date(systemClock.now()))
          : await firstAlert(file, input);
      const outcome = await withState(paths, async (state) => {
        const transports = createTransports({ ...paths, state }, systemClock, {
          scriptHosts: 0,
          environment: () => setup.scriptEnvironment,
        });
        const scrubber = new Scrubber(setup.secrets);
        const result = await sendOnce(entry as RoutedIntegration, raw, transports, scrubber);
        await transports.close();
        return result;
      });
      const redactor = new Redactor(setup.secrets, false);
      const shown = {
        ...outcome,
        ...(outcome.message === undefined ? {} : { message: redactor.text(outcome.message) }),
        ...(outcome.excerpt === undefined ? {} : { excerpt: redactor.text(outcome.excerpt) }),
      };
      if (json) await printJson({ integration: own.integration, ...shown });
      else await print(describe(own.integration, shown));
      process.exitCode = outcome.kind === 'delivered' ? EXIT.done : EXIT.failed;
    });
}

/**
 * Lends a state directory for what a script needs. Where there is none yet, a temporary one: the
 * daemon's must be its user's, and who calls this may be another.
 */
async function withState<T>(paths: Paths, work: (state: string) => Promise<T>): Promise<T> {
  if (existsSync(paths.state)) return work(paths.state);
  const state = mkdtempSync(join(tmpdir(), 'integratord-send-'));
  try {
    return await work(state);
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
}

async function firstAlert(file: string, input: OpenFile | undefined): Promise<Buffer> {
  for await (const { bytes } of readAlertDocuments(input)) {
    const read = readAlert(bytes);
    if (typeof read !== 'string') return read.raw;
    throw new CommandError(`the first line of ${file} is not an alert: ${read}`, EXIT.wrongInput);
  }
  throw new CommandError(`${file} is empty`, EXIT.wrongInput);
}

/** A test must not be taken for a repeat of an earlier one: its key is new every time. */
async function sendOnce(
  { integration, destination }: RoutedIntegration,
  raw: Buffer,
  transports: ReturnType<typeof createTransports>,
  scrubber: Scrubber,
): Promise<Outcome> {
  const job = {
    alert: new Alert(raw),
    integration,
    key: randomUUID().replaceAll('-', ''),
    attempts: 0,
  };
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort());
  const http = transports.http.forLane('send', 1);
  const outcome = await destination.deliver(job, {
    ...transports,
    http,
    cache: memoryCache(systemClock),
    quota: memoryQuota(systemClock),
    clock: systemClock,
    scrubber,
    signal: interrupt.signal,
  });
  await http.close();
  return outcome;
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
