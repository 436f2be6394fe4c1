import type { Setup } from '../app/setup.ts';
import type { Unusable } from '../core/destination-settings.ts';
import type { ManagerLine } from '../telemetry/manager-log.ts';

/**
 * What the original says of each integration when it starts, word for word, since monitoring looks
 * for these lines (Wazuh 4.14 `integrator.c`). It takes an empty key or address for a present one;
 * here that integration is not enabled, and the line says so.
 */
export function enablingLines(setup: Setup): ManagerLine[] {
  return setup.integrations.map(({ integration, unusable }) => {
    const name = integration.name.trim();
    if (unusable === undefined) {
      return { level: 'INFO', text: `Enabling integration for: '${name}'.` };
    }
    const reason = whyNot(unusable);
    if (reason === undefined) {
      const text = `Invalid integration: '${name}'. Not currently supported.`;
      return { level: 'ERROR', text };
    }
    return { level: 'ERROR', text: `Unable to enable integration for: '${name}'. ${reason}` };
  });
}

/** Undefined when there is no such integration at all. */
function whyNot(unusable: Unusable | undefined): string | undefined {
  if (unusable === undefined) return 'Nothing delivers to it.';
  switch (unusable.kind) {
    case 'unsupported_name':
      return undefined;
    case 'missing_script':
      return "File not found inside 'integrations'.";
    case 'missing_setting':
      if (unusable.place === 'hook_url') return 'Missing hook URL.';
      return unusable.place === 'api_key' ? 'Missing API Key.' : sentence(unusable.reason);
    case 'invalid_setting':
    case 'missing_secret':
      return sentence(unusable.reason);
  }
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
