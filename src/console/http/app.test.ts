import { expect, it } from 'vitest';
import { consoleApp } from '../../../test/support/console-app.ts';

it('says that a page is not there, and marks no other as the one that is shown', async () => {
  const { status, body } = await consoleApp().ask('/nowhere');
  expect(status).toBe(404);
  expect(body).toContain('There is no such page.');
  expect(body).not.toContain('aria-current');
  expect(body).not.toMatch(/http-equiv="refresh"|now\.js/);
});
