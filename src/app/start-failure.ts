import type { Setup } from './setup.ts';

/** Why a daemon did not start. */
export type StartFailure =
  | { readonly kind: 'configuration' }
  /** No integration is configured: there is nothing to do. */
  | { readonly kind: 'nothing to do' }
  /** It was stopped while it waited for the outbox. */
  | { readonly kind: 'stopped' };

/** What in the configuration keeps a daemon from starting; undefined when nothing does. */
export function whyNotStart(setup: Setup): StartFailure | undefined {
  if (setup.fatal) return { kind: 'configuration' };
  if (setup.integrations.length > 0) return undefined;
  const isBroken = setup.diagnostics.some((diagnostic) => diagnostic.severity === 'error');
  return { kind: isBroken ? 'configuration' : 'nothing to do' };
}
