import { createRequire } from 'node:module';

/** The version of integratord, from its package.json. */
export const VERSION: string = readVersion();

function readVersion(): string {
  // The same relative path holds for src/core and for dist/core.
  const require = createRequire(import.meta.url);
  const { version } = require('../../package.json') as { version: string };
  return version;
}
