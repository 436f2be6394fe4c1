import { describe, expect, it } from 'vitest';
import type { Files } from './files.ts';
import { readSettings } from './settings.ts';

function read(text: string) {
  const bytes = Buffer.from(text);
  const files: Files = {
    read: () => ({ ok: true, bytes, truncated: false, mode: 0o640 }),
  };
  const settings = readSettings('integratord.yaml', files);
  return {
    console: settings.daemon.console,
    deadDays: settings.daemon.outbox.deadDays,
    said: settings.diagnostics().map(({ severity, message }) => `${severity}: ${message}`),
  };
}

describe('console', () => {
  it('is off unless it is there', () => {
    expect(read('outbox: { dead_days: 3 }')).toEqual({ console: undefined, deadDays: 3, said: [] });
  });

  it('listens on a socket, read-only and for its owner alone unless it says otherwise', () => {
    expect(read('console: { listen: /run/i/console.sock }').console).toEqual({
      listen: { kind: 'socket', path: '/run/i/console.sock' },
      mode: 0o600,
      write: false,
      usersFile: undefined,
      hosts: [],
      hide: [],
    });
    const more = 'console: { listen: /run/i/c.sock, mode: 0660, write: true, hide: [data.*pass*] }';
    expect(read(more).console).toMatchObject({ mode: 0o660, write: true, hide: ['data.*pass*'] });
  });

  it.each(['127.0.0.1:7780', '127.3.4.5:1', '[::1]:7780'])('listens on %s with users', (listen) => {
    const { console: settings, said } = read(
      `console: { listen: '${listen}', users_file: /etc/i/users }`,
    );
    expect(said).toEqual([]);
    expect(settings).toMatchObject({ listen: { kind: 'loopback' }, usersFile: '/etc/i/users' });
  });

  it.each([
    ['an address of all', "listen: '0.0.0.0:7780', users_file: /u", /can be reached from other/],
    ['an address of IPv6', "listen: '[::]:7780', users_file: /u", /can be reached from other/],
    ['a name', "listen: 'localhost:7780', users_file: /u", /can be reached from other/],
    ['an odd address', "listen: '127.1:7780', users_file: /u", /can be reached from other/],
    ['a port alone', "listen: ':7780', users_file: /u", /can be reached from other/],
    ['a relative path', 'listen: console.sock', /absolute path/],
    ['a path that no socket can have', `listen: /${'x'.repeat(108)}`, /longer than 107/],
    ['an address without users', "listen: '127.0.0.1:7780'", /who may log in/],
    ['rights for all', "listen: /c.sock, mode: '0666'", /nobody but its group/],
    ['rights of an address', "listen: '127.0.0.1:1', users_file: /u, mode: 0660", /only a socket/],
    ['a wrong field', 'listen: /c.sock, hide: [a..b]', /must be a path/],
    ['a mistyped key', 'listen: /c.sock, wirte: true', /unknown key .*write/],
    ['a wrong switch', 'listen: /c.sock, write: yes please', /write/],
  ])('is off as a whole with %s, and the rest of the file holds', (_, text, message) => {
    const {
      console: settings,
      said,
      deadDays,
    } = read(`console: { ${text} }\noutbox: { dead_days: 3 }`);
    expect({ settings, deadDays }).toEqual({ settings: undefined, deadDays: 3 });
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(/^error: /);
    expect(said[0]).toMatch(message);
  });
});
