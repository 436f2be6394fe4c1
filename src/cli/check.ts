import type { Command } from 'commander';
import type { JsonObject } from '../alert/json.ts';
import type { PreparedIntegration, Setup } from '../app/setup.ts';
import { readSetup } from '../app/setup.ts';
import { formatDiagnostic } from '../core/diagnostic.ts';
import { invocation } from './common-options.ts';
import { EXIT } from './exit.ts';
import { print, printJson, table } from './output.ts';
import { Redactor } from './redact.ts';

/** `integratord check`: validates the configuration and shows what it means. */
export function addCheck(program: Command): void {
  program
    .command('check')
    .description('validate the configuration and show its effect')
    .option('--show-secrets', 'show keys and addresses instead of redacting them')
    .option('--lenient', 'succeed although integrations cannot run, if there are no errors')
    .action(async (own: CheckOptions, command: Command) => {
      const { paths, json } = invocation(command);
      const setup = readSetup(paths, process.env);
      const errors = setup.diagnostics.filter(({ severity }) => severity === 'error').length;
      const broken = setup.integrations.filter(({ unusable }) => unusable !== undefined).length;
      const ok = errors === 0 && (own.lenient === true || broken === 0);
      const redactor = new Redactor(setup.secrets, own.showSecrets ?? false);
      if (json) {
        await printJson({
          ok,
          integrations: setup.integrations.map((entry) =>
            describe(
              entry,
              sharers(setup, entry).filter((id) => id !== entry.integration.id),
              redactor,
            ),
          ),
          diagnostics: setup.diagnostics,
        });
      } else {
        await printForPeople(setup, paths.config, { errors, broken });
      }
      process.exitCode = ok ? EXIT.done : EXIT.wrongInput;
    });
}

interface CheckOptions {
  readonly showSecrets?: boolean;
  readonly lenient?: boolean;
}

/** What is wrong: how many errors there are, and how many integrations cannot run. */
interface Faults {
  readonly errors: number;
  readonly broken: number;
}

/** The settings in effect, with the names that the reference's `getconfig` gives them. */
function describe(
  entry: PreparedIntegration,
  others: readonly string[],
  redactor: Redactor,
): JsonObject {
  const { integration, loaded, unusable, destination, destinationNote } = entry;
  return {
    id: integration.id,
    enabled: unusable === undefined,
    ...(unusable === undefined
      ? {}
      : {
          why: unusable.reason,
          disabled_reason: unusable.reason,
          alerts_wait: destination !== undefined,
        }),
    destination: destination?.name ?? null,
    destination_note: destinationNote,
    ...(redactor.value(loaded.getconfig()) as JsonObject),
    options: redactor.value(integration.options ?? null),
    ...(others.length === 0 ? {} : { shares_script_with: [...others] }),
  };
}

async function printForPeople(setup: Setup, file: string, faults: Faults): Promise<void> {
  for (const diagnostic of setup.diagnostics) await print(`${formatDiagnostic(diagnostic)}\n`);
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
  const { length } = setup.integrations;
  const count = length === 1 ? '1 integration' : `${length} integrations`;
  if (faults.broken > 0) await print(`${WAITING}\n`);
  if (faults.errors > 0) await print(`${file}: has errors\n`);
  else if (faults.broken === 0) await print(`${file}: ${count}, no errors\n`);
  else await print(`${file}: ${count}, of which ${faults.broken} cannot run\n`);
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

function stateText({ unusable, destination }: PreparedIntegration): string {
  if (unusable === undefined) return 'enabled';
  return destination === undefined ? 'not enabled' : 'parked';
}

function filterText({ integration }: PreparedIntegration): string {
  const parts: string[] = [];
  if (integration.level > 0) parts.push(`level ${integration.level} and above`);
  if (integration.ruleIds !== undefined) parts.push(`rule ${integration.ruleIds.join(' or ')}`);
  if (integration.group !== undefined) parts.push(`group ${JSON.stringify(integration.group)}`);
  if (integration.eventLocation !== undefined) {
    parts.push(`location ${JSON.stringify(integration.eventLocation)}`);
  }
  return parts.length === 0 ? 'every alert' : parts.join(', ');
}
