import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { readAlert } from '../alert/formats/read-alert.ts';
import { systemClock } from '../core/clock.ts';
import { isNoticeId } from '../core/notice.ts';
import { OutboxError } from '../core/outbox-error.ts';
import { AlertHistory } from '../outbox/alert-history.ts';
import { Configurations } from '../outbox/configurations.ts';
import type { Database } from '../outbox/database.ts';
import { OUTBOX_FILE, openOutboxDatabase } from '../outbox/state-directory.ts';
import { findAlert } from '../sources/file/alert-search.ts';
import { systemFileSystem } from '../sources/file/files.ts';
import { complain } from '../telemetry/standard-error.ts';
import { actAsDaemon } from './act-as.ts';
import { readAlertDocuments } from './alert-documents.ts';
import { invocation } from './common-options.ts';
import { CommandError, EXIT } from './exit.ts';
import { deliveringAllTheSame, isOfEveryShell } from './explain/delivering.ts';
import { Explainer, type Explanation, type Subject } from './explain/explanation.ts';
import { explanationJson } from './explain/json.ts';
import { foundSubject, givenSubject, storedSubjects } from './explain/subjects.ts';
import { explanationText } from './explain/text.ts';
import type { OpenFile } from './lines.ts';
import { loadSetup } from './load.ts';
import { noteStopped } from './note-stopped.ts';
import { print, printable, printableLines, printJson, printStyled } from './output.ts';
import { outputStyle } from './style.ts';

interface ExplainOptions {
  readonly integration?: string;
  readonly now?: boolean;
}

/** What looks up alerts: none of it where there is no outbox. */
interface Records {
  readonly database: Database | undefined;
  readonly history: AlertHistory | undefined;
  readonly configurations: Configurations | undefined;
}

/** An alert, or what in the input is none. */
type Given = Subject | { readonly line: number; readonly error: string };

/** `integratord explain`: who got an alert, who did not, and why. */
export function addExplain(program: Command): void {
  program
    .command('explain')
    .description('say why each integration got an alert or did not, and what became of it')
    .argument(
      '[alert]',
      'the id of an alert, such as 1652272159.1549653, or a file with alerts (default: standard input)',
    )
    .option('--integration <id>', 'only this integration')
    .option('--now', 'use the present configuration, not the one that was in force then')
    .addHelpText('after', HELP)
    .action(async (what: string | undefined, own: ExplainOptions, command: Command) => {
      const invoked = invocation(command);
      const { paths, json } = invoked;
      const id = what !== undefined && isId(what) && !existsSync(what) ? what : undefined;
      const { files, input } = actAsDaemon(invoked, id === undefined ? what : undefined);
      const setup = loadSetup(paths, { files }, isOfEveryShell);
      const delivering = await deliveringAllTheSame(setup, paths.state);
      const records = openRecords(paths.state);
      if (records.database !== undefined) noteStopped(paths.state);
      try {
        const now = systemClock.now();
        const { configurations, history } = records;
        const explainer = new Explainer({
          setup,
          configurations,
          now,
          onlyNow: own.now === true,
          delivering,
        });
        const given =
          id === undefined
            ? fromInput(input, history, now)
            : fromId(id, { alerts: paths.alerts, state: paths.state }, history, now);
        let count = 0;
        for await (const one of given) {
          if ('error' in one) await showError(one, json);
          else await show(onlyOf(explainer.explain(one), own.integration), json, count);
          if (!('error' in one)) count += 1;
        }
        if (count === 0) throw new CommandError('there is no alert in the input', EXIT.wrongInput);
      } catch (error) {
        if (!(error instanceof OutboxError)) throw error;
        throw new CommandError(error.message, error.isTemporary ? EXIT.failed : EXIT.wrongInput);
      } finally {
        records.database?.close();
      }
      process.exitCode = EXIT.done;
    });
}

const HELP = `
An id is looked for in the outbox, in the alert file and in the archives of its day. Files may hold one alert
per line, JSON documents over several lines, or what a dashboard shows.`;

function isId(text: string): boolean {
  return /^\d+\.\d+$/.test(text) || isNoticeId(text);
}

/** The outbox, where it can be read: what decides is known without it. */
function openRecords(state: string): Records {
  const none = { database: undefined, history: undefined, configurations: undefined };
  if (!existsSync(join(state, OUTBOX_FILE))) return none;
  try {
    const database = openOutboxDatabase(state);
    const [history, configurations] = [new AlertHistory(database), new Configurations(database)];
    return { database, history, configurations };
  } catch (error) {
    if (!(error instanceof OutboxError)) throw error;
    complain(`integratord: ${printableLines(error.message)}\n`);
    return none;
  }
}

/** @throws CommandError where there is no such alert. */
async function* fromId(
  id: string,
  { alerts, state }: { readonly alerts: string; readonly state: string },
  history: AlertHistory | undefined,
  now: number,
): AsyncGenerator<Given> {
  const stored = history === undefined ? [] : storedSubjects(history, id, now);
  if (stored.length > 0) {
    yield* stored;
    return;
  }
  // Messages of our own are in no file.
  if (isNoticeId(id))
    throw new CommandError(`there is no ${id} in the outbox of ${state}`, EXIT.wrongInput);
  const search = await findAlert(id, { files: systemFileSystem, path: alerts });
  const found = foundSubject(search, history, now);
  if (found === undefined) {
    const place = `in the outbox of ${state}, in ${alerts} or in the archives of its day`;
    const left = search.left.map((one) => `\nnot searched: ${one}`).join('');
    throw new CommandError(`there is no alert ${id} ${place}${left}`, EXIT.wrongInput);
  }
  yield found;
}

async function* fromInput(
  input: OpenFile | undefined,
  history: AlertHistory | undefined,
  now: number,
): AsyncGenerator<Given> {
  for await (const { line, bytes } of readAlertDocuments(input)) {
    const alert = readAlert(bytes);
    if (typeof alert === 'string') yield { line, error: alert };
    else yield givenSubject(alert, { foundIn: 'input', path: undefined }, history, now);
  }
}

/** @throws CommandError where there is no such integration. */
function onlyOf(explanation: Explanation, id: string | undefined): Explanation {
  if (id === undefined) return explanation;
  const integrations = explanation.integrations.filter((one) => one.id === id);
  if (integrations.length > 0) return { ...explanation, integrations };
  const ids = explanation.integrations.map((one) => one.id).join(', ') || 'none';
  throw new CommandError(`there is no integration '${id}'; there are: ${ids}`, EXIT.wrongInput);
}

async function show(explanation: Explanation, json: boolean, earlier: number): Promise<void> {
  if (json) return printJson(explanationJson(explanation));
  const between = earlier === 0 ? '' : '\n';
  return printStyled(`${between}${explanationText(explanation, outputStyle())}`);
}

async function showError(
  { line, error }: { readonly line: number; readonly error: string },
  json: boolean,
): Promise<void> {
  if (json) return printJson({ alert: null, found_in: 'input', line, error });
  return print(`line ${line}: ${printable(error)}\n`);
}
