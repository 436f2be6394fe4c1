import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { LOG_CATALOGUE } from '../src/core/log-catalogue.ts';
import { DEFINITIONS } from '../src/destinations/registry.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What `npm run docs` uses. */
const { generated } = (await import(`${root}/scripts/generate-docs.mjs`)) as {
  generated: (
    root: string,
    load: (name: string) => Promise<unknown>,
  ) => Promise<[path: string, text: string][]>;
};
const files = await generated(root, (name) => import(/* @vite-ignore */ `${root}/src/${name}.ts`));

describe('what is generated', () => {
  it.each(files)('%s is current (otherwise run `npm run docs`)', (path, text) => {
    expect(readFileSync(`${root}/${path}`, 'utf8')).toBe(text);
  });

  it('has a page for every destination', () => {
    const pages = files.map(([path]) => path);
    for (const { name } of DEFINITIONS) expect(pages).toContain(`docs/integrations/${name}.md`);
  });
});

describe('the log catalogue', () => {
  it('holds no message that the program does not log', () => {
    const source = readdirSync(`${root}/src`, { recursive: true, encoding: 'utf8' })
      .filter((name) => /(?<!\.test)\.ts$/.test(name) && !name.endsWith('log-catalogue.ts'))
      .map((name) => readFileSync(`${root}/src/${name}`, 'utf8'))
      .join('\n');
    const unused = Object.keys(LOG_CATALOGUE).filter((message) => !source.includes(`'${message}'`));
    expect(unused).toEqual([]);
  });

  it('says what to do about every warning and error', () => {
    const entries: [string, { level: string; action?: string }][] = Object.entries(LOG_CATALOGUE);
    const helpless = entries.filter(
      ([, { level, action }]) => level !== 'info' && action === undefined,
    );
    expect(helpless).toEqual([]);
  });
});
