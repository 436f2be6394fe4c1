import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { tempDir } from '../test/support/temp-dir.ts';
import { install, installProblem } from './install.mjs';

it.each([
  ['EAI_AGAIN', 'npm error code EAI_AGAIN\nnpm error syscall getaddrinfo'],
  ['ECONNREFUSED', 'npm error code ECONNREFUSED\nnpm error FetchError: request to …'],
  ['E407', 'npm error code E407\nnpm error 407 Proxy Authentication Required'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'npm error code SELF_SIGNED_CERT_IN_CHAIN'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'npm error code UNABLE_TO_GET_ISSUER_CERT_LOCALLY'],
])('a registry that cannot be reached is told of in one line: %s', (code, text) => {
  expect(installProblem(text)).toMatch(
    new RegExp(`^The libraries could not be loaded from npm's registry \\(${code}\\): .+$`),
  );
});

it('another failure is told with what npm says', () => {
  const text = installProblem('npm error code EUSAGE\nnpm error not in sync\n');
  expect(text).toBe(
    'The libraries could not be installed: npm ci failed.\nnpm error code EUSAGE\nnpm error not in sync',
  );
});

it('says so when there is no npm', () => {
  expect(install(tempDir(), { PATH: tempDir() })).toMatch(/^There is no npm .+ install it\. .+$/);
});

it('says nothing when it is done, and what is wrong when npm fails', () => {
  const bin = tempDir();
  const npm = (text) => {
    writeFileSync(join(bin, 'npm'), `#!/bin/sh\n${text}\n`);
    chmodSync(join(bin, 'npm'), 0o755);
    return install(tempDir(), { PATH: `${bin}:${process.env.PATH}` });
  };
  expect(npm('[ "$1" = ci ]')).toBeUndefined();
  expect(npm('echo "npm error code ENOTFOUND" >&2; exit 1')).toContain('(ENOTFOUND)');
});
