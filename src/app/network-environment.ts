import type { Diagnostic } from '../core/diagnostic.ts';
import { readProxyEnvironment } from '../transport/proxy-environment.ts';

/** What the environment says about the way to services: proxies, and certificates to trust. */
const VARIABLES = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY', 'NO_PROXY'].flatMap((name) => [
  name.toLowerCase(),
  name,
]);

/** Mistakes in it. They concern only the integrations that would use what is wrong. */
export function networkDiagnostics(env: NodeJS.ProcessEnv): Diagnostic[] {
  return readProxyEnvironment(env).problems.map(({ problem }) => ({
    severity: 'warning',
    file: 'environment',
    line: 1,
    column: 1,
    message: problem,
  }));
}

/** Passwords of proxies, and values that may hold one. */
export function networkSecrets(env: NodeJS.ProcessEnv): readonly string[] {
  return readProxyEnvironment(env).secrets;
}

/**
 * All of it as one text, to see that it has changed: what was parked because of it is then tried again
 * at the start. Undefined when nothing is set. Secret.
 */
export function networkFingerprint(env: NodeJS.ProcessEnv): string | undefined {
  const set = [...VARIABLES, 'NODE_EXTRA_CA_CERTS'].filter((name) => (env[name] ?? '') !== '');
  return set.length === 0 ? undefined : JSON.stringify(set.map((name) => [name, env[name]]));
}
