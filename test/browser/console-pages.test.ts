// Parts of this run in the browser.
/// <reference lib="dom" />
import { readFileSync } from 'node:fs';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NO_BROWSER, startBrowser } from '../support/browser.ts';
import { hacked, isWide, LOOKS, openPage, picture, violations } from '../support/console-page.ts';
import { consoleScene, HOSTILE, hostileAlert, untilPage } from '../support/console-scene.ts';
import { integratord, until } from '../support/program.ts';

const PAGES = [
  '/',
  '/deliveries',
  '/dead',
  '/alert',
  '/silences',
  '/routing',
  '/noise',
  '/simulate',
  '/activity',
  '/about',
];
let browser: Browser;
describe.skipIf(NO_BROWSER)('the pages of the console', () => {
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser.close());

  const open = (socket: string, options?: BrowserContextOptions) =>
    openPage(browser, socket, options);
  const heading = (page: Page) => page.locator('h1').innerText();

  async function sceneWithDead(count = 3) {
    const scene = await consoleScene();
    scene.world.status = 400;
    scene.home.append(...Array.from({ length: count }, (_, at) => hostileAlert(at + 1, 5)));
    await untilPage(scene.socket, '/dead', new RegExp(`${count} dead letters`));
    return scene;
  }

  it.each(LOOKS)(
    'show hostile alerts as text, and nothing else happens: %s',
    async (look, options) => {
      const { socket } = await sceneWithDead();
      const { page, go, wrong } = await open(socket, options);
      for (const path of [...PAGES, '/delivery/1', '/alert/1787224951.1', '/nowhere']) {
        await go(path);
        await page.waitForTimeout(path === '/' ? 1500 : 100);
        expect({ path, violations: await violations(page) }).toEqual({ path, violations: [] });
        expect({ path, hacked: await hacked(page) }).toEqual({ path, hacked: undefined });
        expect({ path, isWide: await isWide(page) }).toEqual({ path, isWide: false });
        await picture(page, `${look}${path}`);
      }
      await go('/deliveries');
      // All of it can be read, with what does not show, or turns the text around, as escapes.
      const text = await page.locator('main').innerText();
      expect(text).toContain('<img src=x onerror="window.hacked=1">');
      expect(text).toContain('\\u202etxt\\x07\\x00<!--');
      expect(HOSTILE).toContain('\u202e');
      // A page that is not there is the one error that a browser speaks of.
      expect(wrong.filter((one) => !one.includes('404'))).toEqual([]);
    },
  );

  it('are live: what arrives shows without a click, and can be held', async () => {
    const { socket, home, world } = await consoleScene();
    const { page, wrong } = await open(socket);
    await page.locator('#live-state', { hasText: 'Live' }).waitFor();
    home.append(hostileAlert(1, 5));
    await until(() => world.arrived === 1, 'it arrived');
    await page.locator('#live', { hasText: '1 sent' }).waitFor();
    await page.keyboard.press('.');
    await page.locator('#live-state', { hasText: 'Held' }).waitFor();
    home.append(hostileAlert(2, 5));
    await until(() => world.arrived === 2, 'the second arrived');
    await page.waitForTimeout(1500);
    expect(await page.locator('#live').innerText()).toContain('1 sent');
    await page.getByRole('button', { name: 'Hold' }).click();
    await page.locator('#live', { hasText: '2 sent' }).waitFor();
    await page.locator('#plot canvas').waitFor({ timeout: 30_000 });
    expect(wrong).toEqual([]);
  });

  it('tell of notices as they come, without a click, as text', async () => {
    const { socket, home, world } = await consoleScene();
    const { page, wrong } = await open(socket);
    await page.locator('#live-state', { hasText: 'Live' }).waitFor();
    expect(await page.locator('#notices').innerText()).toBe('');
    world.status = 404;
    home.append(hostileAlert(1, 5));
    const notice = page.locator('#notices li').first();
    await notice
      .filter({ hasText: 'Nothing is delivered to slack until it is fixed' })
      .waitFor({ timeout: 60_000 });
    expect(await notice.innerText()).toContain('✗ trouble');
    const said = page.locator('#said[aria-live="polite"]');
    expect(await said.innerText()).toContain('Nothing is delivered to slack until it is fixed');
    expect(await violations(page)).toEqual([]);
    expect(await hacked(page)).toBeUndefined();
    expect(await page.locator('#notices img, #notices script, #notices svg').count()).toBe(0);
    world.status = 200;
    await integratord(['queue', 'retry', '--integration', 'slack', '--home', home.path]);
    await notice
      .filter({ hasText: '✓ solved Alerts are delivered to slack again.' })
      .waitFor({ timeout: 60_000 });
    await page.reload();
    expect(await page.locator('#notices li').count()).toBe(2);
    expect(wrong).toEqual([]);
  });

  it('are all reached by keys, and by a list of them', async () => {
    const { socket } = await sceneWithDead();
    const { page, at, wrong } = await open(socket);
    const reached: string[] = [];
    for (const key of ['d', 'l', 'e', 's', 'r', 'o', 'm', 'a', 'b', 'n']) {
      const before = at();
      await page.keyboard.press('g');
      await page.keyboard.press(key);
      await page.waitForURL((url) => url.pathname !== before);
      await page.waitForLoadState();
      reached.push(at());
    }
    expect(reached).toEqual([
      '/deliveries',
      '/dead',
      '/alert',
      '/silences',
      '/routing',
      '/noise',
      '/simulate',
      '/activity',
      '/about',
      '/',
    ]);
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });

    await page.keyboard.press('g');
    await page.keyboard.press('d');
    await page.waitForURL('**/deliveries');
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/delivery/3');
    await page.keyboard.press('e');
    await page.waitForURL('**/alert/1787224951.3');
    await page.keyboard.press('s');
    await page.waitForURL('**/silences?rule=5712&agent=*');
    expect(await page.getByLabel('Rule ids').inputValue()).toBe('5712');
    await page.goBack();
    await page.waitForURL('**/alert/1787224951.3');
    await page.keyboard.press('/');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('alert');
    await page.keyboard.press('Escape');
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('BODY');
    expect(wrong).toEqual([]);
  });

  it('have filters that stand in the address', async () => {
    const { socket } = await sceneWithDead();
    const { page, at, go, wrong } = await open(socket);
    await go('/deliveries');
    await page.getByLabel('State').selectOption('dead');
    await page.getByLabel('Text or alert id').fill('1787224951.2');
    await page.keyboard.press('Enter');
    await page.waitForURL('**state=dead**');
    expect(await page.locator('tbody tr').count()).toBe(1);
    expect(at()).toContain('q=1787224951.2');
    await page.reload();
    expect(await page.locator('tbody tr').count()).toBe(1);
    await go('/deliveries?rule=5712&agent=nobody');
    expect(await page.locator('tbody tr').count()).toBe(0);
    await go('/deliveries?q=topsecret-log&rule=5712');
    expect(await page.locator('tbody tr').count()).toBe(3);
    expect(wrong).toEqual([]);
  });

  it('retry and drop by keys: what is selected, with a question before a drop', async () => {
    const { socket, world } = await sceneWithDead(3);
    const { page, go, wrong } = await open(socket);
    await go('/deliveries?state=dead');
    world.status = 200;
    await page.keyboard.press('j');
    await page.keyboard.press('x');
    await page.keyboard.press('r');
    await page.getByText('1 is sent again.').waitFor();
    await until(() => world.arrived === 1, 'it arrived');
    await page.keyboard.press('Escape');
    await page.waitForURL('**/deliveries?state=dead');
    await page.keyboard.press('*');
    await page.keyboard.press('d');
    await page.getByText('This removes 2 deliveries').waitFor();
    expect(await heading(page)).toBe('Drop 2?');
    await page.keyboard.press('Escape');
    await page.waitForURL('**/deliveries?state=dead');
    expect(await page.locator('tbody tr').count()).toBe(2);
    await page.keyboard.press('*');
    await page.keyboard.press('d');
    await page.getByRole('button', { name: 'Drop 2 deliveries' }).press('Enter');
    await page.getByText('2 were dropped.').waitFor();
    await go('/activity');
    const said = await page.locator('main').innerText();
    expect(said).toMatch(/socket \(console\)\s+drop\s+2 dead of slack/);
    expect(said).toMatch(/socket \(console\)\s+retry\s+count 1/);
    expect(wrong).toEqual([]);
  });

  it('retry and drop by the mouse: a delivery, and a group of dead letters', async () => {
    const { socket, world } = await sceneWithDead(102);
    const { page, go, wrong } = await open(socket);
    world.status = 200;
    await go('/delivery/1');
    await page.getByRole('button', { name: 'Retry now' }).click();
    await page.getByText('1 is sent again.').waitFor();
    await until(() => world.arrived === 1, 'it arrived');
    await page.getByRole('link', { name: 'Back' }).click();
    await page.getByText('delivered').first().waitFor();

    await go('/dead');
    await page.getByRole('button', { name: 'Retry group' }).click();
    await page.getByLabel('Type 101 to go on').fill('100');
    await page.getByRole('button', { name: 'Retry 101 deliveries' }).click();
    await page.getByLabel('Type 101 to go on').fill('101');
    await page.getByRole('button', { name: 'Retry 101 deliveries' }).click();
    await page.getByText('101 are sent again.').waitFor();
    await until(() => world.arrived > 20, 'they arrive');
    expect(wrong).toEqual([]);
  });

  it('retry all that match, export them, and send a test', async () => {
    const { socket, world } = await sceneWithDead(102);
    const { page, go, at, wrong } = await open(socket);
    await go('/deliveries?state=dead&rule=5712');
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Export all that match' }).click(),
    ]);
    expect(file.suggestedFilename()).toMatch(/^integratord-deliveries-.*\.ndjson$/);
    const lines = readFileSync(await file.path(), 'utf8')
      .trimEnd()
      .split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { state: string }).state)).toEqual(
      Array.from({ length: 102 }, () => 'dead'),
    );
    world.status = 200;
    await page.keyboard.press('Shift+R');
    await page.getByText('This sends 102 deliveries again.').waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByLabel('Type 102 to go on').fill('102');
    await page.keyboard.press('Enter');
    await page.getByText('102 are sent again.').waitFor();
    await until(() => world.arrived > 20, 'they arrive');
    await page.keyboard.press('Escape');
    await page.waitForURL('**/deliveries?state=dead&rule=5712');

    await go('/deliveries');
    await page.getByLabel('Send a test alert to').selectOption('slack');
    await page.getByRole('button', { name: 'Send a test' }).click();
    await page.waitForURL('**/delivery/103');
    const sent = page.locator('.card', { hasText: 'Test alert from integratord.' });
    await sent.waitFor();
    await until(async () => {
      await page.reload();
      return (await page.locator('.facts').first().innerText()).includes('delivered');
    }, 'it is delivered');
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.keyboard.press('y');
    await until(async () => (await page.locator('#said').innerText()) === 'Copied', 'it is copied');
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toMatch(/^curl -sS -g -X POST 'http:\/\/127\.0\.0\.1:\d+\/\[redacted\]'/);
    expect(await violations(page)).toEqual([]);
    expect(at()).toBe('/delivery/103');
    expect(wrong).toEqual([]);
  });

  it('explain what is pasted: a document of the dashboard, and what is none', async () => {
    const { socket } = await consoleScene('write: false');
    const { page, go, at, wrong } = await open(socket);
    await go('/alert');
    await page.keyboard.press('/');
    const document = { _source: JSON.parse(hostileAlert(7, 10)) as unknown };
    await page.keyboard.insertText(JSON.stringify(document, null, 2));
    await page.keyboard.press('Control+Enter');
    await page.getByRole('heading', { name: 'Alert 1787224951.7' }).waitFor();
    expect(await page.getByText('✓ sent').count()).toBe(4);
    expect(await violations(page)).toEqual([]);
    expect(await hacked(page)).toBeUndefined();
    await page.getByLabel('Id of an alert, or an alert itself').fill('no alert');
    await page.getByRole('button', { name: 'Explain' }).click();
    await page.getByText('This is no alert: line 1').waitFor();
    await page.getByLabel('Id of an alert, or an alert itself').fill('1787224951.7');
    await page.getByRole('button', { name: 'Explain' }).click();
    await page.waitForURL('**/alert/1787224951.7');
    await page.getByText('There is no alert 1787224951.7').waitFor();
    expect(at()).toBe('/alert/1787224951.7');
    expect(wrong).toEqual([]);
  });

  it('pause, resume, silence and reload', async () => {
    const { socket, home, world } = await consoleScene();
    const { page, go, wrong } = await open(socket);
    await page.getByRole('button', { name: 'Pause slack', exact: true }).click();
    await page.getByText('slack is paused: its alerts wait.').waitFor();
    await go('/');
    await page.locator('#live', { hasText: 'slack is paused' }).waitFor();
    home.append(hostileAlert(1, 5));
    await page.locator('#live', { hasText: '1 wait' }).waitFor();
    expect(world.arrived).toBe(0);
    await page.getByRole('button', { name: 'Resume slack', exact: true }).click();
    await page.getByText('slack goes on.').waitFor();
    await until(() => world.arrived === 1, 'it arrived');

    await go('/silences');
    await page.getByLabel('Rule ids').fill('5712');
    await page.getByLabel('Why').fill(HOSTILE.slice(0, 60));
    await page.getByRole('button', { name: 'Preview' }).click();
    await page.getByText('of the last 24 hours').waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Make this silence' }).click();
    await page.getByText('Silence 1 holds until').waitFor();
    await page.waitForTimeout(1000);
    home.append(hostileAlert(2, 5));
    await go('/deliveries');
    await until(async () => {
      await page.reload();
      return (await page.locator('main').innerText()).includes('silence');
    }, 'it is silenced');
    await go('/silences');
    await page.locator('tbody a[data-open]').click();
    await page.getByText('It has held back 1').waitFor();
    await page.getByLabel('Longer by').selectOption('4h');
    await page.getByRole('button', { name: 'Extend' }).click();
    await page.getByText('Silence 1 holds until').waitFor();
    await page.getByRole('link', { name: 'Back' }).click();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'End now' }).click();
    await page.getByText('Silence 1 has ended.').waitFor();
    await until(async () => {
      await go('/silence/1');
      return (await page.locator('main').innerText()).includes('✓ delivered');
    }, 'its end is told');
    expect(await hacked(page)).toBeUndefined();

    await go('/about');
    await page.getByRole('button', { name: 'Reload the configuration' }).click();
    await page.getByText('is in force').waitFor();
    expect(wrong).toEqual([]);
  });

  it('do nothing when a form is sent twice', async () => {
    const { socket } = await sceneWithDead(1);
    const { page, go } = await open(socket);
    await go('/delivery/1');
    const copy = await page.context().newPage();
    await page.getByRole('button', { name: 'Retry now' }).click();
    await page.getByText('1 is sent again.').waitFor();
    const id = await page.evaluate(() => document.title);
    expect(id).toContain('Done');
    await copy.close();
    await page.goBack();
    await page.waitForURL('**/delivery/1');
  });

  it('can be read without script', async () => {
    const { socket } = await sceneWithDead();
    const { page, go, at } = await open(socket, { javaScriptEnabled: false });
    await page.getByRole('link', { name: 'Deliveries' }).click();
    await page.getByLabel('State').selectOption('dead');
    await page.getByRole('button', { name: 'Find' }).click();
    expect(at()).toContain('state=dead');
    await page.locator('tbody a').first().click();
    expect(await heading(page)).toBe('Delivery 3');
    await go('/alert?id=1787224951.1');
    expect(await page.locator('main').innerText()).toContain('Alert 1787224951.1');
    await page.getByLabel('Id of an alert, or an alert itself').fill(hostileAlert(1, 5));
    await page.getByRole('button', { name: 'Explain' }).click();
    expect(await page.locator('main').innerText()).toContain('As it was pasted.');
    await go('/silences?rule=5712');
    await page.getByLabel('Why').fill('patch night');
    await page.getByRole('button', { name: 'Preview' }).click();
    await page.getByRole('button', { name: 'Make this silence' }).click();
    await page.getByText('Silence 1 holds until').waitFor();
  });
});
