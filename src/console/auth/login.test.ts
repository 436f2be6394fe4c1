import { chmodSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import { tempDir } from '../../../test/support/temp-dir.ts';
import { silentLog } from '../../core/log.ts';
import { FormIds } from './form-ids.ts';
import { Login } from './login.ts';
import { checkPassword, hashPassword } from './passwords.ts';
import { readUsers } from './users.ts';

const PASSWORD = 'correct horse battery';
let hash = '';
beforeAll(async () => {
  hash = await hashPassword(PASSWORD);
});

function usersFile(text: string, mode = 0o600): string {
  const path = join(tempDir(), 'users');
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

function scene() {
  const clock = new FakeClock();
  const path = usersFile(`# people\nalice:operator:${hash}\n`);
  return { clock, path, login: new Login(path, clock, silentLog) };
}

describe('passwords', () => {
  it('fit their own hash alone, and have another one each time', async () => {
    expect(await checkPassword(PASSWORD, hash)).toBe(true);
    expect(await checkPassword(`${PASSWORD}!`, hash)).toBe(false);
    expect(await hashPassword(PASSWORD)).not.toBe(hash);
  });

  it.each([
    'plain',
    'scrypt$1$1$1$$',
    'scrypt$1073741824$8$1$AAAA$AAAA',
    `scrypt$32768$8$1$AAAA$${'A'.repeat(43)}`,
  ])('do not fit %s', async (other) => {
    expect(await checkPassword(PASSWORD, other)).toBe(false);
  });
});

describe('the users file', () => {
  it.each([0o640, 0o604, 0o620, 0o660])('is not used with the rights %o', (mode) => {
    expect(readUsers(usersFile(`alice:viewer:${hash}\n`, mode))).toMatchObject({ ok: false });
  });

  it('is not used through a link', () => {
    const path = usersFile(`alice:viewer:${hash}\n`);
    symlinkSync(path, `${path}.link`);
    expect(readUsers(`${path}.link`)).toMatchObject({ ok: false });
  });

  it.each(['alice:root:x', 'alice', 'a b:viewer:scrypt$1', 'alice:viewer:plain-password'])(
    'is not used with the line %s',
    (line) => {
      expect(readUsers(usersFile(`${line}\n`))).toMatchObject({ ok: false });
    },
  );
});

describe('logging in', () => {
  it('gives a session with the role of the file, until it is taken from there', async () => {
    const { login, path } = scene();
    const result = await login.attempt('alice', PASSWORD);
    if (result.kind !== 'in') throw new Error(result.kind);
    expect(login.userOf(result.token, true)).toEqual({ name: 'alice', role: 'operator' });
    expect(login.userOf(`${result.token}x`, true)).toBeUndefined();
    writeFileSync(path, `alice:viewer:${hash}\n`);
    expect(login.userOf(result.token, true)).toEqual({ name: 'alice', role: 'viewer' });
    writeFileSync(path, '');
    expect(login.userOf(result.token, true)).toBeUndefined();
  });

  it('ends after an hour without a click, and after eight hours', async () => {
    const { login, clock } = scene();
    const begin = async () => {
      const result = await login.attempt('alice', PASSWORD);
      if (result.kind !== 'in') throw new Error(result.kind);
      return result.token;
    };
    const idle = await begin();
    await clock.advance(59 * 60_000);
    // What a page asks for by itself keeps nobody logged in.
    expect(login.userOf(idle, false)).toBeDefined();
    await clock.advance(2 * 60_000);
    expect(login.userOf(idle, false)).toBeUndefined();
    const busy = await begin();
    for (let minutes = 0; minutes < 470; minutes += 47) {
      expect(login.userOf(busy, true)).toBeDefined();
      await clock.advance(47 * 60_000);
    }
    await clock.advance(15 * 60_000);
    expect(login.userOf(busy, true)).toBeUndefined();
  });

  it('ends where someone logs out', async () => {
    const { login } = scene();
    const result = await login.attempt('alice', PASSWORD);
    if (result.kind !== 'in') throw new Error(result.kind);
    login.logOut(result.token);
    expect(login.userOf(result.token, true)).toBeUndefined();
  });

  it.each(['alice', 'nobody'])('slows down whoever guesses the password of %s', async (name) => {
    const { login, clock } = scene();
    for (let guess = 0; guess < 5; guess += 1) {
      expect(await login.attempt(name, `guess ${guess}`)).toEqual({ kind: 'wrong' });
    }
    const waits: number[] = [];
    for (let guess = 0; guess < 8; guess += 1) {
      const result = await login.attempt(name, PASSWORD.slice(1));
      if (result.kind !== 'wait') throw new Error(result.kind);
      waits.push(result.seconds);
      await clock.advance(result.seconds * 1000);
      expect(await login.attempt(name, 'again')).toEqual({ kind: 'wrong' });
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
  });

  it('lets in the right person who waited, and forgets the failures', async () => {
    const { login, clock } = scene();
    for (let guess = 0; guess < 5; guess += 1) await login.attempt('alice', 'wrong');
    expect(await login.attempt('alice', PASSWORD)).toEqual({ kind: 'wait', seconds: 1 });
    await clock.advance(1000);
    expect(await login.attempt('alice', PASSWORD)).toMatchObject({ kind: 'in' });
    expect(await login.attempt('alice', 'wrong')).toEqual({ kind: 'wrong' });
  });

  it('slows down whoever tries many names', async () => {
    const { login } = scene();
    const results: string[] = [];
    for (let name = 0; name < 52; name += 1) {
      results.push((await login.attempt(`user${name}`, 'password')).kind);
    }
    expect(results.slice(0, 50)).not.toContain('wait');
    expect(results.slice(50)).toEqual(['wait', 'wait']);
  });

  it('makes no more than two guesses at once', async () => {
    const { login } = scene();
    const kinds = await Promise.all(
      ['a', 'b', 'c', 'd'].map(async (name) => (await login.attempt(name, 'x')).kind),
    );
    expect(kinds).toEqual(['wrong', 'wrong', 'wait', 'wait']);
  });
});

describe('the id of a form', () => {
  it('is good once, and for whom it was given to', () => {
    const ids = new FormIds();
    const id = ids.issue('alice');
    expect(ids.use(id, 'mallory')).toBe(false);
    expect(ids.use(id, 'alice')).toBe(true);
    expect(ids.use(id, 'alice')).toBe(false);
    expect(ids.use('', 'alice')).toBe(false);
  });
});
