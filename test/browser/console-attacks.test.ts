// Parts of this run in the browser.
/// <reference lib="dom" />

import { spawnSync } from 'node:child_process';
import { chmodSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CHROMIUM, forward, NO_BROWSER } from '../support/browser.ts';
import {
  ask,
  consoleScene,
  formIdOf,
  hostileAlert,
  send,
  untilPage,
  userLine,
} from '../support/console-scene.ts';
import { createHome } from '../support/home.ts';
import { DaemonProcess, until } from '../support/program.ts';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

/** Debian's user for nobody in particular. */
const NOBODY = 65_534;
const mayBecomeOthers = process.getuid?.() === 0;

async function withUsers(settings: string) {
  const home = createHome(
    '<integration><name>slack</name><hook_url>http://127.0.0.1:9/x</hook_url><level>3</level><alert_format>json</alert_format></integration>',
  );
  onTestFinished(() => home.remove());
  const users = join(home.path, 'users');
  const password = 'correct horse battery';
  writeFileSync(
    users,
    ['viewer', 'operator', 'admin'].map((role) => userLine(role, role, password)).join(''),
  );
  chmodSync(users, 0o600);
  const port = 20_000 + Math.floor(process.pid % 20_000);
  writeFileSync(
    join(home.path, 'etc', 'integratord.yaml'),
    `console: { listen: '127.0.0.1:${port}', users_file: ${users}, ${settings} }\n`,
  );
  const daemon = await DaemonProcess.start(home.path);
  onTestFinished(() => daemon.kill());
  await daemon.logged('console listens');
  const logIn = async (name: string, given = password) => {
    const answer = await send(port, '/login', { name, password: given });
    const [cookie = ''] = (answer.headers['set-cookie'] ?? []) as string[];
    return { ...answer, cookie: cookie.split(';')[0] ?? '', attributes: cookie };
  };
  return { home, daemon, port, logIn, password };
}

describe('every answer', () => {
  it('has a strict policy, is kept by nobody and lets no other page in', async () => {
    const { socket } = await consoleScene();
    for (const path of ['/', '/nowhere', '/series', '/assets/none.js']) {
      const { headers } = await ask(socket, path);
      expect(headers).toMatchObject({
        'content-security-policy':
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
      });
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  });

  it('holds no secret, no code and no style, and no field that is hidden from viewers', async () => {
    const { socket, home, world } = await consoleScene("hide: [full_log, 'rule.desc*']");
    world.status = 400;
    home.append(hostileAlert(1, 5));
    await untilPage(socket, '/dead', '1 dead letters');
    for (const path of [
      '/',
      '/deliveries',
      '/delivery/1',
      '/alert/1787224951.1',
      '/dead',
      '/about',
    ]) {
      const { body, status } = await ask(socket, path);
      expect({ path, status }).toEqual({ path, status: 200 });
      expect(body).not.toMatch(/secret-hook-path/);
      expect(body).not.toMatch(/topsecret-log/);
      expect(body).not.toMatch(/\sstyle=|<style|\son\w+="|javascript:|<script>(?!<)/);
    }
    const found = async (q: string) => {
      return (await ask(socket, `/deliveries?q=${encodeURIComponent(q)}`)).body.includes(
        '/delivery/1',
      );
    };
    expect(await found('topsecret-log')).toBe(false);
    expect(await found('1787224951.1')).toBe(true);
    expect(await found('5712')).toBe(true);
  });
});

describe('a page of somebody else', () => {
  it.each([
    ['a form', { ...FORM, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }, 403],
    ['JSON', { 'content-type': 'application/json', origin: 'https://evil.example' }, 403],
    ['JSON as text', { 'content-type': 'text/plain', origin: 'https://evil.example' }, 403],
    ['a form without origin', FORM, 403],
    [
      'a fetch that says it is ours',
      { ...FORM, 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' },
      403,
    ],
    [
      'a form to a name of its own',
      { ...FORM, host: 'evil.example', 'sec-fetch-site': 'same-origin' },
      421,
    ],
  ])('cannot act by %s', async (_, headers, status) => {
    const { socket } = await consoleScene();
    const form = formIdOf(await ask(socket, '/'));
    expect(form).not.toBe('');
    const body = new URLSearchParams({ form, integration: 'slack' }).toString();
    const answer = await ask(socket, '/lanes/pause', { method: 'POST', headers, body });
    expect(answer.status).toBe(status);
    expect((await ask(socket, '/')).body).not.toContain('is paused');
  });

  it('cannot read by a name that leads here, nor ask what is allowed', async () => {
    const { socket } = await consoleScene();
    expect((await ask(socket, '/', { headers: { host: 'evil.example:7780' } })).status).toBe(421);
    const preflight = await ask(socket, '/act', {
      method: 'OPTIONS',
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
    });
    expect(preflight.status).toBe(400);
  });
});

describe.skipIf(NO_BROWSER)('a page of somebody else, in a real browser', () => {
  it('can neither read nor act, also by a name that leads here', async () => {
    const { socket } = await consoleScene();
    const { port, close } = await forward(socket);
    onTestFinished(close);
    const form = formIdOf(await ask(socket, '/'));
    const evil = createServer((_, response) => {
      response.setHeader('content-type', 'text/html');
      response.end(
        `<form id=f method=post action="http://localhost:${port}/lanes/pause"><input name=form value="${form}"><input name=integration value=slack></form>`,
      );
    });
    await new Promise<void>((resolve) => {
      evil.listen(0, '127.0.0.1', resolve);
    });
    onTestFinished(() => void evil.close());
    const address = evil.address();
    const evilPort = typeof address === 'object' && address !== null ? address.port : 0;
    const browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ['--no-sandbox', '--host-resolver-rules=MAP evil.example 127.0.0.1'],
    });
    onTestFinished(() => browser.close());
    const page = await browser.newPage();
    for (const origin of [`http://evil.example:${evilPort}`, `http://localhost:${evilPort}`]) {
      await page.goto(origin);
      const console = `http://localhost:${port}`;
      const tried = await page.evaluate(async (base) => {
        const results: string[] = [];
        const attempt = async (name: string, init: RequestInit) => {
          try {
            const answer = await fetch(`${base}/lanes/pause`, { method: 'POST', ...init });
            results.push(`${name} ${answer.type} ${answer.status}`);
          } catch {
            results.push(`${name} failed`);
          }
        };
        const body = 'integration=slack';
        const type = 'application/x-www-form-urlencoded';
        await attempt('simple', { body, headers: { 'content-type': type }, mode: 'no-cors' });
        await attempt('json', { body: '{}', headers: { 'content-type': 'application/json' } });
        await attempt('own', { body, headers: { 'x-integratord': '1', 'content-type': type } });
        try {
          await (await fetch(base)).text();
          results.push('it was read');
        } catch {
          results.push('not read');
        }
        return results;
      }, console);
      expect(tried).toEqual(['simple failed', 'json failed', 'own failed', 'not read']);
      await page.evaluate(() => (document.querySelector('#f') as HTMLFormElement).submit());
      await page.waitForURL('**/lanes/pause');
      expect(await page.locator('body').innerText()).toContain('not sent by a page of the console');
    }
    // The browser takes it for the same origin: only the name tells.
    await page.goto(`http://evil.example:${port}/`);
    expect(await page.locator('body').innerText()).toContain('not one of the console');
    expect((await ask(socket, '/')).body).not.toContain('is paused');
  });
});

describe('people', () => {
  it('see nothing before they log in, and get a cookie that only the console gets', async () => {
    const { port, logIn } = await withUsers('write: true');
    for (const path of ['/', '/deliveries', '/delivery/1', '/nowhere']) {
      const { status, headers, body } = await ask(port, path);
      expect({ path, status }).toEqual({ path, status: 303 });
      expect(headers['location']).toMatch(/^\/login/);
      expect(body).toBe('');
    }
    expect((await ask(port, '/events')).status).toBe(401);
    expect((await send(port, '/lanes/pause', { integration: 'slack' })).status).toBe(401);
    const { attributes, cookie, status, headers } = await logIn('viewer');
    expect(status).toBe(303);
    expect(headers['location']).toBe('/');
    expect(attributes).toMatch(/; HttpOnly; SameSite=Strict$/);
    const page = await ask(port, '/', { headers: { cookie } });
    expect(page.body).toContain('viewer <span class="quiet">(viewer)</span>');
    await send(port, '/logout', {}, { cookie });
    expect((await ask(port, '/', { headers: { cookie } })).status).toBe(303);
    const away = await send(port, '/login', {
      name: 'viewer',
      password: 'correct horse battery',
      next: '//evil.example',
    });
    expect(away.headers['location']).toBe('/');
  });

  it('are told nothing live any more once they are logged out', async () => {
    const { port, logIn } = await withUsers('write: true');
    const { cookie } = await logIn('viewer');
    const live = ask(port, '/events', { headers: { cookie } });
    await send(port, '/logout', {}, { cookie });
    expect((await live).status).toBe(200);
  });

  it('can do what their role says, and no more', async () => {
    const { port, logIn } = await withUsers('write: true');
    const can = async (name: string) => {
      const { cookie } = await logIn(name);
      const form = formIdOf(await ask(port, '/', { headers: { cookie } }));
      const pause = await send(port, '/lanes/pause', { form, integration: 'slack' }, { cookie });
      const again = await send(port, '/lanes/pause', { form, integration: 'slack' }, { cookie });
      const about = await ask(port, '/about', { headers: { cookie } });
      const reload = await send(port, '/reload', { form: formIdOf(about) }, { cookie });
      return [form !== '', pause.status, again.status, reload.status];
    };
    expect(await can('viewer')).toEqual([false, 403, 403, 403]);
    expect(await can('operator')).toEqual([true, 200, 409, 403]);
    expect(await can('admin')).toEqual([true, 200, 409, 200]);
  });

  it('can do nothing where writing is off', async () => {
    const { port, logIn } = await withUsers('write: false');
    const { cookie } = await logIn('admin');
    const page = await ask(port, '/', { headers: { cookie } });
    expect(page.status).toBe(200);
    expect(formIdOf(page)).toBe('');
    const form = { form: 'x', integration: 'slack' };
    expect((await send(port, '/lanes/pause', form, { cookie })).status).toBe(404);
  });

  it('who guess are slowed down, and the log says so', async () => {
    const { port, logIn, daemon } = await withUsers('write: false');
    const statuses: number[] = [];
    for (let guess = 0; guess < 7; guess += 1) {
      statuses.push((await logIn('admin', `guess ${guess}`)).status);
    }
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429]);
    expect((await logIn('admin')).status).toBe(429);
    expect((await logIn('viewer')).status).toBe(303);
    expect(daemon.log.filter(({ msg }) => msg === 'console login failed')).toHaveLength(5);
    await until(async () => (await logIn('admin')).status === 303, 'the right person gets in');
    expect((await ask(port, '/login')).status).toBe(200);
  });
});

describe('a request that is too much', () => {
  it('is not taken: a long body, a long address, too many live pages', async () => {
    const { socket } = await consoleScene();
    const long = await send(socket, '/act', { form: 'x'.repeat(70_000) });
    expect(long.status).toBe(413);
    expect((await ask(socket, `/deliveries?q=${'x'.repeat(9000)}`)).status).toBe(414);
    expect((await ask(socket, '/')).status).toBe(200);
  });
});

describe.skipIf(!mayBecomeOthers)('another user of the machine', () => {
  it('cannot connect to the socket', async () => {
    const { socket, home } = await consoleScene();
    expect(statSync(socket).mode & 0o777).toBe(0o600);
    chmodSync(home.path, 0o755);
    const tryIt = (uid: number, gid: number) =>
      spawnSync(
        process.execPath,
        [
          '-e',
          `require('net').connect(${JSON.stringify(socket)}).on('connect', () => process.exit(0)).on('error', (e) => { console.log(e.code); process.exit(1); })`,
        ],
        { uid, gid, encoding: 'utf8' },
      ).stdout.trim();
    expect(tryIt(NOBODY, NOBODY)).toBe('EACCES');
    expect(tryIt(NOBODY, 0)).toBe('EACCES');
    expect(tryIt(0, 0)).toBe('');
  });

  it('cannot connect to the socket unless the group may, with mode 0660', async () => {
    const { socket, home } = await consoleScene('mode: 0660');
    expect(statSync(socket).mode & 0o777).toBe(0o660);
    chmodSync(home.path, 0o755);
    const tryIt = (gid: number) =>
      spawnSync(
        process.execPath,
        [
          '-e',
          `require('net').connect(${JSON.stringify(socket)}).on('connect', () => process.exit(0)).on('error', () => process.exit(1))`,
        ],
        { uid: NOBODY, gid },
      ).status;
    expect([tryIt(0), tryIt(NOBODY)]).toEqual([0, 1]);
  });
});

describe('the place where it listens', () => {
  it.each([
    ['a directory that everybody can write to', 0o777, /everybody can write/],
    ['a file that is no socket', 0o755, /is no socket/],
  ])('is not %s', async (_, mode, cause) => {
    const home = createHome(
      '<integration><name>slack</name><hook_url>http://127.0.0.1:9/x</hook_url></integration>',
    );
    onTestFinished(() => home.remove());
    const path = join(home.path, 'console.sock');
    if (mode === 0o755) writeFileSync(path, 'mine');
    chmodSync(home.path, mode);
    writeFileSync(join(home.path, 'etc', 'integratord.yaml'), `console: { listen: ${path} }\n`);
    const daemon = await DaemonProcess.start(home.path);
    onTestFinished(() => daemon.kill());
    await daemon.logged('console cannot be used');
    const line = daemon.log.find(({ msg }) => msg === 'console cannot be used');
    expect(line?.['cause']).toMatch(cause);
  });
});
