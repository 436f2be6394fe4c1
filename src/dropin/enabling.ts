import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { PreparedIntegration, Setup } from '../app/setup.ts';
import type { Secret } from '../core/secret.ts';
import { SCRIPT_PREFIX } from '../destinations/script/index.ts';
import type { ManagerLine } from '../telemetry/manager-log.ts';

/**
 * What the original says of each integration when it starts, word for word, since monitoring looks
 * for these lines (Wazuh 4.14 `integrator.c`). It takes an empty key or address for a present one;
 * here that integration is not enabled, and the line says so.
 */
export function enablingLines(setup: Setup, home: string): ManagerLine[] {
  return setup.integrations.map((entry) => {
    const name = entry.loaded.kind;
    if (entry.disabledReason === undefined && entry.destination !== undefined) {
      return { level: 'INFO', text: `Enabling integration for: '${name}'.` };
    }
    const reason = whyNot(entry, home);
    if (reason === undefined) {
      const text = `Invalid integration: '${name}'. Not currently supported.`;
      return { level: 'ERROR', text };
    }
    return { level: 'ERROR', text: `Unable to enable integration for: '${name}'. ${reason}` };
  });
}

/** Undefined when there is no such integration at all. */
function whyNot(entry: PreparedIntegration, home: string): string | undefined {
  const { loaded, integration, destination, disabledReason } = entry;
  const hasFile = existsSync(join(home, 'integrations', loaded.kind));
  const isScript = destination?.name === SCRIPT_PREFIX;
  if (!hasFile && (destination === undefined || isScript)) {
    return "File not found inside 'integrations'.";
  }
  if (destination === undefined) return undefined;
  if (destination.requires.includes('hook_url') && isEmpty(integration.hookUrl)) {
    return 'Missing hook URL.';
  }
  if (destination.requires.includes('api_key') && isEmpty(integration.apiKey)) {
    return 'Missing API Key.';
  }
  return sentence(disabledReason ?? 'nothing delivers to it');
}

function isEmpty(value: Secret | undefined): boolean {
  return (value?.reveal().trim() ?? '') === '';
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
