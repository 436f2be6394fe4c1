// Parts of this run in the browser.
/// <reference lib="dom" />
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NO_BROWSER, startBrowser } from '../support/browser.ts';
import { hacked, isWide, LOOKS, openPage, picture, violations } from '../support/console-page.ts';
import { consoleScene, HOSTILE, hostileAlert } from '../support/console-scene.ts';

let browser: Browser;
describe.skipIf(NO_BROWSER)('the pages about the configuration', () => {
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser.close());

  /** A daemon that has read many hostile alerts. */
  async function scene() {
    const its = await consoleScene();
    const alerts = Array.from({ length: 30 }, (_, at) => hostileAlert(at + 1, at === 0 ? 13 : 5));
    its.home.append(...alerts);
    return { ...its, settings: join(its.home.path, 'etc', 'integratord.yaml') };
  }

  async function isFine(page: Page, name: string) {
    expect({ name, violations: await violations(page) }).toEqual({ name, violations: [] });
    expect({ name, hacked: await hacked(page), isWide: await isWide(page) }).toEqual({
      name,
      hacked: undefined,
      isWide: false,
    });
    await picture(page, name, true);
  }

  const result = (page: Page) => page.locator('#report').waitFor({ timeout: 120_000 });

  it.each(LOOKS.slice(1, 3))(
    'show hostile alerts and hostile settings as text, and nothing else happens: %s',
    async (look, options) => {
      const { socket, settings } = await scene();
      const before = readFileSync(settings, 'utf8');
      const { page, go, wrong } = await openPage(browser, socket, options);
      await go('/routing');
      await isFine(page, `${look} routing`);
      await page.getByRole('link', { name: 'settings in effect' }).first().click();
      await page.getByRole('heading', { name: 'Settings in effect' }).waitFor();
      await isFine(page, `${look} integration`);

      await go('/noise');
      await page.getByLabel('Alerts of').selectOption('today');
      await page.getByRole('button', { name: 'Count' }).click();
      await page.getByText('30 alerts of the alert file of today').waitFor({ timeout: 120_000 });
      await isFine(page, `${look} noise`);

      await go('/simulate');
      const hostile = HOSTILE.replace(/[\u0000-\u001f]/g, '');
      const text = `integrations:\n  slack: { only: { level: 5, agents: ${JSON.stringify(hostile)} } }\n  ${JSON.stringify(hostile)}: { type: shuffle, hook_url: "http://127.0.0.1:9/x", level: 3 }\n# </textarea>${hostile}\n`;
      await page.getByLabel(/^The text of/).fill(`${text}typo: 1\n`);
      await page.getByLabel('Alerts of').selectOption('today');
      await page.keyboard.press('Tab');
      await page.getByRole('button', { name: 'Simulate' }).press('Enter');
      await result(page);
      await isFine(page, `${look} simulate`);
      expect(await page.locator('#report').innerText()).toContain('typo: 1\n^');
      expect(await page.getByLabel(/^The text of/).inputValue()).toBe(`${text}typo: 1\n`);
      expect(readFileSync(settings, 'utf8')).toBe(before);
      expect(wrong).toEqual([]);
    },
  );

  it('are worked with by keys: a sample is tried, settings are changed, a level nobody gets', async () => {
    const { socket } = await scene();
    const { page, at, wrong } = await openPage(browser, socket);
    await page.keyboard.press('g');
    await page.keyboard.press('r');
    await page.waitForURL('**/routing');
    expect(await page.locator('.sentence').first().innerText()).toBe(
      'Level 3 and above, then Slack, each at once.',
    );
    await page.getByRole('button', { name: 'brute force' }).press('Enter');
    await page.getByRole('heading', { name: /^Alert \d/ }).waitFor();

    await page.keyboard.press('g');
    await page.keyboard.press('m');
    await page.waitForURL('**/simulate');
    await page.getByLabel('Alerts of').selectOption('today');
    await page.keyboard.press('Escape');
    await page.keyboard.press('/');
    await page.keyboard.press('Control+End');
    await page.keyboard.type(
      'integrations: { slack: { only: { level: "< 9" } }, "slack#2": { only: { level: 16 } } }',
    );
    await page.keyboard.press('Control+Enter');
    await page.waitForURL(/\/simulate\/\d+$/);
    await result(page);
    const said = await page.locator('#report').innerText();
    expect(said).toContain('29 messages instead of 31.');
    expect(said).toContain('One alert of level 12 and above would reach nobody');
    expect(at()).toMatch(/^\/simulate\/\d+$/);
    await page.locator('#report a').first().click();
    await page.waitForURL('**/alert/1787224951.1');
    expect(wrong).toEqual([]);
  });

  it('say what was changed by a reload, and show the path to copy', async () => {
    const { socket, settings } = await scene();
    const { page, go, wrong } = await openPage(browser, socket);
    const before = readFileSync(settings, 'utf8');
    writeFileSync(settings, `${before}integrations: { slack: { only: { level: 7-11 } } }\n`);
    await go('/routing');
    await page.getByText('after it was read').waitFor();
    await go('/about');
    await page.getByRole('button', { name: 'Reload the configuration' }).click();
    await page.getByText('is in force').waitFor();
    await go('/routing');
    const changes = page.getByRole('region', { name: 'What the last reload changed' });
    expect(await changes.innerText()).toContain('Level 7 to 11, then Slack');
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copy the path of slack', exact: true }).click();
    await page.locator('.copied').waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/ossec\.conf:2$/);
    expect(wrong).toEqual([]);
  });

  it('can be used without script', async () => {
    const { socket } = await scene();
    const { page, go } = await openPage(browser, socket, { javaScriptEnabled: false });
    await go('/noise');
    await page.getByLabel('Alerts of').selectOption('today');
    await page.getByRole('button', { name: 'Count' }).click();
    // The page loads itself again until there is something to show.
    await page.getByText('30 alerts of the alert file of today').waitFor({ timeout: 120_000 });
    await go('/simulate');
    await page.getByLabel('Alerts of').selectOption('today');
    await page.getByRole('button', { name: 'Simulate' }).click();
    await page.locator('#report').waitFor({ timeout: 120_000 });
    expect(await page.locator('#report').innerText()).toContain('instead of 31');
  });
});
