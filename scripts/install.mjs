// Installs what package-lock.json names, and says in one line why that failed.
import { spawnSync } from 'node:child_process';

/** Codes of npm and of the system for a registry that cannot be reached. */
const UNREACHABLE =
  /\b(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENETDOWN|ERR_SOCKET_TIMEOUT|EIDLETIMEOUT|FETCH_ERROR|E407|(?:UNABLE_TO_[A-Z_]*|[A-Z_]*CERT_[A-Z_]*|SELF_SIGNED_CERT_IN_CHAIN))\b/;

/** It waits for four seconds between its attempts rather than for 70. */
const RETRIES = ['--fetch-retries=2', '--fetch-retry-mintimeout=1000', '--fetch-retry-factor=3'];

/**
 * Runs `npm ci`.
 * @param env where npm is, and its settings
 * @returns undefined when it is done; else what is wrong and what to do. Where that is not clear, what npm
 * says follows in further lines
 */
export function install(root, env = process.env) {
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error', ...RETRIES];
  const { status, stderr, error } = spawnSync('npm', args, {
    cwd: root,
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status === 0) {
    process.stderr.write(stderr);
    return undefined;
  }
  return installProblem(error?.code === 'ENOENT' ? undefined : `${stderr}${error?.message ?? ''}`);
}

/** @param text what npm wrote to its standard error; undefined when there is no npm. */
export function installProblem(text) {
  const otherwise =
    'A package of integratord needs neither npm nor a network (docs/installation.md).';
  if (text === undefined) return `There is no npm beside Node.js: install it. ${otherwise}`;
  const [code] = UNREACHABLE.exec(text) ?? [];
  if (code !== undefined) {
    return `The libraries could not be loaded from npm's registry (${code}): check the network, and npm's proxy and registry (npm config list). ${otherwise}`;
  }
  return `The libraries could not be installed: npm ci failed.\n${text.trim()}`;
}
