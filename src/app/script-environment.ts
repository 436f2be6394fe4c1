import type { Diagnostic } from '../core/diagnostic.ts';

/** What is meant for this program, and for Node. */
const OURS = /^(?:NODE|INTEGRATORD)_/;
/** A user and a password before the host, with or without a scheme. */
const PASSWORD = /^(?:[a-z][a-z0-9+.-]*:\/\/)?[^/@:]*:[^@]+@/i;
const PROXIES = new Set(['https_proxy', 'http_proxy', 'all_proxy', 'ftp_proxy']);

/** What the configuration says of the environment of scripts. */
export interface EnvironmentRules {
  /** The variables that `${env:NAME}` names: the secrets of integrations. */
  readonly references: ReadonlySet<string>;
  /** `environment` in `integratord.yaml`: handed over all the same. */
  readonly added: readonly string[];
}

/**
 * The environment of scripts: all that we inherited, but not what is meant for us or for Node, nor the
 * secrets of other integrations.
 */
export function scriptEnvironment(
  env: NodeJS.ProcessEnv,
  { references, added }: EnvironmentRules,
): NodeJS.ProcessEnv {
  const isHandedOver = ([name]: [string, unknown]) =>
    added.includes(name) || !(OURS.test(name) || references.has(name));
  return Object.fromEntries(Object.entries(env).filter(isHandedOver));
}

/** Warns of a password that every script can read. `requests` and `curl` need the variable. */
export function proxyPasswords(environment: NodeJS.ProcessEnv): Diagnostic[] {
  return Object.entries(environment)
    .filter(([name, value]) => PROXIES.has(name.toLowerCase()) && PASSWORD.test(value ?? ''))
    .map(([name]) => ({
      severity: 'warning',
      file: 'environment',
      line: 1,
      column: 1,
      message: `every script can read the password in ${name}: scripts need the variable to use the proxy. Let the proxy know this machine by its address, if it must stay secret`,
    }));
}
