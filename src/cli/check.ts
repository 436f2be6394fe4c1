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
    .action(async (own: { showSecrets?: boolean }, command: Command) => {
      const { paths, json } = invocation(command);
      const setup = readSetup(paths, process.env);
      const ok = !setup.diagnostics.some((diagnostic) => diagnostic.severity === 'error');
      const redactor = new Redactor(setup.secrets, own.showSecrets ?? false);
      if (json) {
        await printJson({
          ok,
          integrations: setup.integrations.map((entry) => describe(entry, redactor)),
          diagnostics: setup.diagnostics,
        });
      } else {
        await printForPeople(setup, ok, paths.config);
      }
      process.exitCode = ok ? EXIT.done : EXIT.wrongInput;
    });
}

/** The settings in effect, with the names that the reference's `getconfig` gives them. */
function describe(entry: PreparedIntegration, redactor: Redactor): JsonObject {
  const { integration, loaded, disabledReason, destination, destinationNote } = entry;
  return {
    id: integration.id,
    enabled: disabledReason === undefined,
    ...(disabledReason === undefined ? {} : { disabled_reason: disabledReason }),
    destination: destination?.name ?? null,
    destination_note: destinationNote,
    ...(redactor.value(loaded.getconfig()) as JsonObject),
    options: redactor.value(integration.options ?? null),
  };
}

async function printForPeople(setup: Setup, ok: boolean, file: string): Promise<void> {
  for (const diagnostic of setup.diagnostics) await print(`${formatDiagnostic(diagnostic)}\n`);
  if (setup.integrations.length > 0) {
    const rows = setup.integrations.map((entry) => [
      entry.integration.id,
      entry.disabledReason === undefined ? 'enabled' : 'not enabled',
      entry.destinationNote,
      filterText(entry),
    ]);
    await print(table([['INTEGRATION', 'STATE', 'DELIVERS TO', 'GETS'], ...rows]));
  }
  const { length } = setup.integrations;
  const count = length === 1 ? '1 integration' : `${length} integrations`;
  await print(ok ? `${file}: ${count}, no errors\n` : `${file}: has errors\n`);
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
