// Lets a child process of a test run the project's TypeScript: node --import this-file.
import { readFileSync } from 'node:fs';
import { register } from 'node:module';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import { transformWithOxc } from 'vite';

if (isMainThread) register(import.meta.url);

/** A hook of Node: how a module is loaded. */
export async function load(url, context, next) {
  if (!url.endsWith('.ts')) return next(url, context);
  const path = fileURLToPath(url);
  const { code } = await transformWithOxc(readFileSync(path, 'utf8'), path);
  return { format: 'module', source: code, shortCircuit: true };
}
