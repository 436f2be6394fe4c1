import type { Command } from 'commander';
import type { JsonObject } from '../alert/json.ts';
import type { PreparedIntegration, Setup } from '../app/setup.ts';
import { readSetup } from '../app/setup.ts';
import { systemClock } from '../core/clock.ts';
import { formatDiagnostic } from '../core/diagnostic.ts';
import { retriesOf } from '../core/retry.ts';
import { attemptSeconds } from '../destinations/sdk/request-session.ts';
import { actAsDaemon } from './act-as.ts';
import { runTests, type TestResult } from './check-tests/run.ts';
import { invocation } from './common-options.ts';
import { EXIT } from './exit.ts';
import { filterText } from './filter-text.ts';
import { print, printable, printJson, table } from './output.ts';
import { Redactor } from './redact.ts';

/** `integratord check`: validates the configuration and shows what it means. */
export function addCheck(program: Command): void {
  program
    .command('check')
    .description('validate the configuration and show its effect')
    .option('--show-secrets', 'show keys and addresses instead of redacting them')
    .option('--lenient', 'succeed although integrations cannot run, if there are no errors')
    .action(async (own: CheckOptions, command: Command) => {
      const invoked = invocation(command);
      const { paths, json } = invoked;
      const setup = readSetup(paths, process.env, { files: actAsDaemon(invoked).files });
      const tests = await runTests(
        setup.tests,
        setup.integrations,
        systemClock.now(),
        setup.quiet.silences,
      );
      const diagnostics = [...setup.diagnostics, ...tests.diagnostics];
      const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
      const counts = countStates(setup);
      const broken = counts.parked + counts.not_enabled;
      const ok = errors === 0 && (own.lenient === true || broken === 0);
      const redactor = new Redactor(setup.secrets, own.showSecrets ?? false);
      if (json) {
        await printJson({
          ok,
          counts,
          integrations: setup.integrations.map((entry) =>
            describe(
              entry,
              sharers(setup, entry).filter((id) => id !== entry.integration.id),
              redactor,
            ),
          ),
          diagnostics,
          ...(setup.tests.length > 0 && {
            tests: { passed: tests.passed, failed: tests.failed },
          }),
        });
      } else {
        await printForPeople(setup, paths.config, { errors, counts, tests });
      }
      process.exitCode = ok ? EXIT.done : EXIT.wrongInput;
    });
}

interface CheckOptions {
  readonly showSecrets?: boolean;
  readonly lenient?: boolean;
}

/** How many integrations can run, wait until they can, and get nothing. */
interface Counts {
  readonly enabled: number;
  readonly parked: number;
  readonly not_enabled: number;
}

/** What there is to say in the end. */
interface Result {
  readonly errors: number;
  readonly counts: Counts;
  readonly tests: TestResult;
}

function countStates({ integrations }: Setup): Counts {
  const states = integrations.map(stateText);
  const count = (state: string) => states.filter((one) => one === state).length;
  return {
    enabled: count('enabled'),
    parked: count('parked'),
    not_enabled: count('not enabled'),
  };
}

/** The settings in effect, with the names that the reference's `getconfig` gives them. */
function describe(
  entry: PreparedIntegration,
  others: readonly string[],
  redactor: Redactor,
): JsonObject {
  const { integration, loaded, destination, destinationNote } = entry;
  const why = whyNotRunning(entry);
  return {
    id: integration.id,
    enabled: why === undefined,
    ...(why === undefined
      ? {}
      : {
          why,
          disabled_reason: why,
          alerts_wait: destination !== undefined,
        }),
    destination: destination?.name ?? null,
    destination_note: destinationNote,
    ...(redactor.value(loaded.getconfig()) as JsonObject),
    effective: effective(entry),
    options: redactor.value(integration.options ?? null),
    ...(others.length === 0 ? {} : { shares_script_with: [...others] }),
  };
}

/** What applies, where `timeout` and `retries` are what is configured, or the original's defaults. */
function effective({ integration, destination }: PreparedIntegration): JsonObject {
  const { quick, isLong } = retriesOf(integration, destination ?? {});
  return {
    timeout_seconds: attemptSeconds(integration, destination?.defaultTimeout),
    quick_retries: quick,
    long_retries: isLong,
  };
}

async function printForPeople(
  setup: Setup,
  file: string,
  { errors, counts, tests }: Result,
): Promise<void> {
  for (const diagnostic of [...setup.diagnostics, ...tests.diagnostics]) {
    await print(`${printable(formatDiagnostic(diagnostic))}\n`);
    const { excerpt } = diagnostic;
    if (excerpt !== undefined) await print(`${excerpt.replace(/^/gm, '    ')}\n`);
  }
  if (setup.integrations.length > 0) {
    const rows = setup.integrations.map((entry) => [
      entry.integration.id,
      stateText(entry),
      entry.destinationNote,
      filterText(entry),
    ]);
    await print(table([['INTEGRATION', 'STATE', 'DELIVERS TO', 'GETS'], ...rows]));
  }
  for (const line of turnLines(setup)) await print(`${line}\n`);
  if (setup.tests.length > 0)
    await print(`tests: ${tests.passed} passed, ${tests.failed} failed\n`);
  const { length } = setup.integrations;
  const count = length === 1 ? '1 integration' : `${length} integrations`;
  const broken = counts.parked + counts.not_enabled;
  const states = `${counts.enabled} enabled, ${counts.parked} parked, ${counts.not_enabled} not enabled`;
  if (broken > 0) await print(`${WAITING}\n`);
  if (errors > 0) await print(`${file}: has errors; ${count}: ${states}\n`);
  else if (broken === 0) await print(`${file}: ${count}, no errors: ${states}\n`);
  else await print(`${file}: ${count}, of which ${broken} cannot run: ${states}\n`);
}

const WAITING =
  'parked: what its filters match is stored and waits, for a day unless retry.give_up_hours says ' +
  'otherwise; it is delivered when the integration can run and the configuration is reloaded. ' +
  'not enabled: nothing is stored.';

/** The integrations that run the same script, this one included; none where it runs no script. */
function sharers(setup: Setup, entry: PreparedIntegration): string[] {
  const script = turnsOn(entry);
  if (script === undefined) return [];
  return setup.integrations
    .filter((other) => turnsOn(other) === script)
    .map(({ integration }) => integration.id);
}

function turnLines(setup: Setup): Set<string> {
  const lines = setup.integrations.flatMap((entry) => {
    const ids = sharers(setup, entry);
    return ids.length < 2
      ? []
      : [`${ids.join(', ')}: they share the script ${turnsOn(entry)} and take turns`];
  });
  return new Set(lines);
}

function turnsOn({ integration, destination }: PreparedIntegration): string | undefined {
  return destination?.turnsOn?.(integration);
}

function stateText(entry: PreparedIntegration): string {
  if (whyNotRunning(entry) === undefined) return 'enabled';
  return entry.destination === undefined ? 'not enabled' : 'parked';
}

/** Why it delivers nothing, from the start or from its first alert. */
function whyNotRunning({ unusable, obstacle }: PreparedIntegration): string | undefined {
  return unusable?.reason ?? obstacle;
}
