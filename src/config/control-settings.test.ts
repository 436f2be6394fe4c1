import { expect, it } from 'vitest';
import type { Files } from './files.ts';
import { readSettings } from './settings.ts';

function read(text: string) {
  const bytes = Buffer.from(text);
  const files: Files = { read: () => ({ ok: true, bytes, truncated: false, mode: 0o640 }) };
  const settings = readSettings('integratord.yaml', files);
  return {
    control: settings.daemon.control,
    deadDays: settings.daemon.outbox.deadDays,
    said: settings.diagnostics().map(({ severity, message }) => `${severity}: ${message}`),
  };
}

it('is off unless it is there', () => {
  expect(read('outbox: { dead_days: 3 }')).toEqual({ control: undefined, deadDays: 3, said: [] });
});

it.each([
  ['', undefined],
  [', group: soc', 'soc'],
  [', group: 1001', '1001'],
  [', group: "domain-readers$"', 'domain-readers$'],
])('reads the socket and its group%s', (text, group) => {
  expect(read(`control: { read_socket: /run/i/read.sock${text} }`)).toMatchObject({
    control: { readSocket: '/run/i/read.sock', group },
    said: [],
  });
});

it.each([
  ['nothing', '', /read_socket.*missing/],
  ['a relative path', 'read_socket: read.sock', /must be the absolute path of a socket/],
  ['a port', 'read_socket: "127.0.0.1:7781"', /must be the absolute path of a socket/],
  ['a path that no socket can have', `read_socket: /${'x'.repeat(108)}`, /longer than 107/],
  ['a group that is an option', 'read_socket: /r.sock, group: -soc', /name or the number/],
  ['a group that is two', 'read_socket: /r.sock, group: "a,b"', /name or the number/],
  ['a list of groups', 'read_socket: /r.sock, group: [soc]', /name or the number/],
  ['a mistyped key', 'read_socket: /r.sock, gruop: soc', /unknown key .*group/],
])('is off as a whole with %s, and the rest of the file holds', (_, text, message) => {
  const { control, deadDays, said } = read(`control: { ${text} }\noutbox: { dead_days: 3 }`);
  expect({ control, deadDays }).toEqual({ control: undefined, deadDays: 3 });
  expect(said).toEqual([expect.stringMatching(message)]);
});
