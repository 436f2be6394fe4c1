import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { LOG_CATALOGUE } from '../src/core/log-catalogue.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What `npm run docs` uses. */
const { logMessages, withGenerated } = (await import(`${root}/scripts/generate-docs.mjs`)) as {
  logMessages: (catalogue: typeof LOG_CATALOGUE) => string;
  withGenerated: (page: string, name: string, text: string) => string;
};

describe('the log catalogue', () => {
  it('is in docs/operating.md as it is now (otherwise run `npm run docs`)', () => {
    const page = readFileSync(`${root}/docs/operating.md`, 'utf8');
    expect(page).toBe(withGenerated(page, 'log messages', logMessages(LOG_CATALOGUE)));
  });

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
