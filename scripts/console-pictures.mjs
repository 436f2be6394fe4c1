// `npm run pictures [-- --to DIR]`: takes pictures of every page of the console, as the demo
// shows it, into docs/console/. It needs Chromium: apt-get install chromium
import { spawn } from 'node:child_process';
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values: options } = parseArgs({
  options: { to: { type: 'string', default: join(root, 'docs', 'console') } },
});
/** Chromium, where Debian has it. */
const PROGRAM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
/** The story of the demo is told by then: a flood, a service that was down, one that is parked. */
const STORY_MS = 75_000;
const LARGEST_BYTES = 150_000;
const SIZE = { width: 1240, height: 620 };
const NARROW = { width: 390, height: 720 };

const demo = spawn(process.execPath, [join(root, 'dist', 'cli', 'main.js'), 'demo'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  const entrance = await said(/http:\/\/\S+\/enter\?\S+/);
  const browser = await chromium.launch({ executablePath: PROGRAM, args: ['--no-sandbox'] });
  try {
    mkdirSync(options.to, { recursive: true });
    await takeAll(browser, entrance);
  } finally {
    await browser.close();
  }
} finally {
  demo.kill('SIGINT');
}

/** What the demo prints, as soon as it fits. */
function said(pattern) {
  let text = '';
  return new Promise((resolve, reject) => {
    demo.stdout.setEncoding('utf8').on('data', (more) => {
      text += more;
      const found = pattern.exec(text)?.[0];
      if (found !== undefined) resolve(found);
    });
    demo.once('exit', () => reject(new Error(`the demo ended:\n${text}`)));
  });
}

async function takeAll(browser, entrance) {
  const light = await enter(browser, entrance, { colorScheme: 'light', viewport: SIZE });
  // What the navigation leads to: a new page is taken as well.
  const pages = await light
    .locator('nav a')
    .evaluateAll((links) =>
      links.map((link) => [link.getAttribute('href') ?? '/', link.textContent ?? '']),
    );
  await addSilence(light);
  await light.goto(new URL('/', light.url()).href);
  process.stderr.write(`The demo goes on for ${STORY_MS / 1000} s first.\n`);
  await light.waitForTimeout(STORY_MS);
  await take(light, 'now');
  const flood = await light.evaluate(async () => {
    const page = await (await fetch('/deliveries?integration=shuffle')).text();
    return /data-alert="([\d.]+)"/.exec(page)?.[1] ?? '';
  });
  for (const [path, name] of pages.slice(1)) {
    const shown = path === '/alert' ? `/alert/${flood}` : path;
    await light.goto(new URL(shown, light.url()).href);
    if (path === '/noise') await count(light);
    await take(light, nameOf(name));
  }
  const dark = await enter(browser, entrance, { colorScheme: 'dark', viewport: SIZE });
  await dark.goto(new URL('/deliveries', dark.url()).href);
  await take(dark, 'deliveries-dark');
  const narrow = await enter(browser, entrance, { colorScheme: 'light', viewport: NARROW });
  await narrow.locator('#plot canvas').waitFor();
  await take(narrow, 'now-narrow');
}

async function enter(browser, entrance, look) {
  const page = await browser.newPage({ ...look, reducedMotion: 'reduce' });
  await page.goto(entrance);
  await page.waitForURL((url) => url.pathname === '/');
  return page;
}

/** One of each is worth seeing. */
async function addSilence(page) {
  await page.goto(new URL('/silences', page.url()).href);
  await page.fill('input[name=rule]', '19007');
  await page.fill('input[name=why]', 'the benchmark runs until Friday');
  await page.getByRole('button', { name: 'Preview' }).click();
  await page.locator('button[formaction="/silences/add"]').click();
  await page.getByRole('heading', { name: 'Done' }).waitFor();
}

/** What makes the most messages is counted first. */
async function count(page) {
  await page.getByRole('button', { name: 'Count' }).click();
  await page.locator('main table').first().waitFor();
}

async function take(page, name) {
  // A machine that is busy with other work may not answer in time.
  for (let time = 0; (await page.locator('h1').innerText()) === 'Not now' && time < 10; time += 1) {
    await page.waitForTimeout(1000);
    await page.reload();
  }
  const path = join(options.to, `${name}.png`);
  await page.screenshot({ path });
  const bytes = statSync(path).size;
  process.stderr.write(`${path}: ${Math.ceil(bytes / 1024)} KiB\n`);
  if (bytes > LARGEST_BYTES) throw new Error(`${path} is too large for the repository`);
}

function nameOf(title) {
  return title.trim().toLowerCase().replaceAll(' ', '-');
}
