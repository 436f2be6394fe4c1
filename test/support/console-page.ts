// Parts of this run in the browser.
/// <reference lib="dom" />
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { forward } from './browser.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** How pages are looked at. */
export const LOOKS: [string, BrowserContextOptions][] = [
  ['light', { colorScheme: 'light', viewport: { width: 1200, height: 800 } }],
  ['dark', { colorScheme: 'dark', viewport: { width: 1200, height: 800 } }],
  ['narrow', { colorScheme: 'light', viewport: { width: 390, height: 800 } }],
  ['without motion', { reducedMotion: 'reduce', viewport: { width: 1200, height: 800 } }],
];

/** Opens the first page of a console. Every error and every violation of its policy goes into `wrong`. */
export async function openPage(
  browser: Browser,
  socket: string,
  options: BrowserContextOptions = LOOKS[0]?.[1] ?? {},
) {
  const { port, close } = await forward(socket);
  onTestFinished(close);
  const context = await browser.newContext(options);
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const wrong: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') wrong.push(message.text());
  });
  page.on('pageerror', (error) => wrong.push(String(error)));
  page.on('dialog', (dialog) => wrong.push(`a dialog: ${dialog.message()}`));
  page.on('request', (request) => {
    if (!request.url().startsWith(`http://localhost:${port}/`)) wrong.push(request.url());
  });
  const base = `http://localhost:${port}`;
  await page.goto(base);
  const go = (path: string) => page.goto(base + path);
  const at = () => page.url().slice(base.length);
  return { page, go, at, wrong };
}

/** What axe finds wrong with a page. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: {
        run(): Promise<{
          violations: { id: string; impact: string; nodes: { html: string }[] }[];
        }>;
      };
    };
    const found = (await axe.run()).violations;
    return found.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes[0]?.html}`);
  });
}

/** Whether something hostile ran on a page. */
export function hacked(page: Page): Promise<unknown> {
  return page.evaluate(() => (globalThis as { hacked?: unknown }).hacked);
}

/** True where a page is wider than its window. */
export function isWide(page: Page): Promise<boolean> {
  return page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
}

/** Takes a picture where pictures are wanted. */
export async function picture(page: Page, name: string, fullPage = false): Promise<void> {
  const folder = process.env['CONSOLE_PICTURES'];
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  const file = name.replaceAll(' ', '-').replaceAll('/', '-');
  await page.screenshot({ path: `${folder}/${file}.png`, fullPage });
}
