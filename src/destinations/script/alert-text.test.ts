import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anAlert } from '../../../test/support/jobs.ts';
import { fixture } from '../../../test/support/vectors.ts';
import type { JsonValue } from '../../alert/json.ts';
import { alertText } from './alert-text.ts';

const NAMES = ['alertdate', 'alertlocation', 'ruleid', 'alertlevel', 'ruledescription', 'alertlog'];
const ALL_NAMES = [...NAMES, 'srcip'];

const textOf = (alert: JsonValue | Buffer, maxLog = 165) =>
  alertText(anAlert(alert), maxLog).toString('latin1');
const field = (alert: JsonValue | Buffer, name: string, maxLog = 165) =>
  new RegExp(`^${name}='(.*)'$`, 'm').exec(textOf(alert, maxLog))?.[1];

describe('the text format', () => {
  it('is the reference sample, byte for byte', () => {
    const text = alertText(anAlert(fixture('samples/w4_03_sshd_auth_failed.json')), 165);
    expect(text.equals(fixture('samples/temp_alert_text_format.alert'))).toBe(true);
  });

  it('has seven lines without an end of line at the end, even for an empty alert', () => {
    expect(textOf({})).toBe(
      "alertdate=''\nalertlocation=''\nruleid=''\nalertlevel='0'\nruledescription=''\nalertlog=''\nsrcip=''",
    );
  });

  it('names the host in the location of an alert that OSSEC wrote', () => {
    const alert = { location: '/l', ossec: { location: '(web01) any->/l' } };
    expect(field(alert, 'alertlocation')).toBe('(web01) any->/l');
    expect(field({ location: '/l', ossec: {} }, 'alertlocation')).toBe('/l');
  });

  it('cuts a log at the limit, also one that is exactly as long', () => {
    const log = (length: number, maxLog: number) =>
      field({ full_log: 'x'.repeat(length) }, 'alertlog', maxLog);
    expect(log(164, 165)).toBe('x'.repeat(164));
    expect(log(165, 165)).toBe(`${'x'.repeat(162)}...`);
    expect(log(5000, 165)).toBe(`${'x'.repeat(162)}...`);
    expect(log(5000, 1024)).toBe(`${'x'.repeat(1021)}...`);
  });

  it('counts bytes, not characters', () => {
    expect(field({ full_log: 'é'.repeat(100) }, 'alertlog')).toBe(`${' '.repeat(162)}...`);
  });

  it('makes logs and addresses harmless by the rules of the reference', () => {
    const all = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code)).slice(1);
    const full_log = all.join('');
    expect(field({ full_log }, 'alertlog')).toBe(
      `${' '.repeat(34)}# %& ()*+,-./0123456789:,<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[/]^_ abcdefghijklmnopqrstuvwxyz     `,
    );
    expect(field({ data: { srcip: full_log } }, 'srcip')).toBe(
      `${' '.repeat(45)}./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[ ]^_ abcdefghijklmnopqrstuvwxyz     `,
    );
  });

  it('takes the first of equal names, whatever their case', () => {
    const raw = Buffer.from(
      '{"RULE":{"Level":7,"level":9,"Id":"1","id":"2","DESCRIPTION":"first","description":"second"},"rule":{"id":"3"},"Data":{"SRCIP":"1.1.1.1","srcip":"2.2.2.2"},"FULL_LOG":"a","full_log":"b","Location":"L","location":"M"}',
    );
    expect(textOf(raw)).toBe(
      "alertdate=''\nalertlocation='L'\nruleid='1'\nalertlevel='7'\nruledescription='first'\nalertlog='a'\nsrcip='1.1.1.1'",
    );
  });

  it('writes numbers as text, and ends a text at a NUL, as C does', () => {
    const alert = { rule: { id: 5710, level: 5, description: 'before\0after' } };
    expect(field(alert, 'ruleid')).toBe('5710');
    expect(field(alert, 'ruledescription')).toBe('before');
  });
});

describe('a sourced alert file', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'alert-text-'));
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  /** Has a real shell read the file, and gives the values back; a command in it would leave a trace. */
  function sourced(alert: JsonValue): string[] {
    const file = join(directory, 'x.alert');
    writeFileSync(file, alertText(anAlert(alert), 1024));
    const print = ALL_NAMES.map((name) => `printf '%s\\0' "$${name}"`).join('; ');
    const script = `set -eu; . '${file}'; ${print}; ls '${directory}' | grep -v x.alert >&2 && exit 9; exit 0`;
    const output = execFileSync('/bin/sh', ['-c', script], {
      encoding: 'latin1',
      cwd: directory,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return output.split('\0').slice(0, -1);
  }

  it.each([
    "'; touch pwned; '",
    "'$(touch pwned)'",
    "'`touch pwned`'",
    "' touch pwned '",
    "'\ntouch pwned\n'",
    "x' || touch pwned || echo 'y",
    "'&touch pwned&'",
    "a'b'c'",
    "'",
    "''",
    "\\'; touch pwned #",
    "'>pwned'",
    "'*'",
    "'~'",
    "\nsrcip='6.6.6.6",
  ])('runs nothing of %j', (text) => {
    const alert = {
      timestamp: text,
      location: text,
      rule: { id: text, level: 3, description: text },
      full_log: text,
      data: { srcip: text },
    };
    expect(sourced(alert)).toHaveLength(7);
  });

  it('runs nothing of any text', () => {
    const pieces = fc.constantFrom(
      "'",
      '"',
      '`',
      '$(',
      ')',
      ';',
      '\\',
      '\n',
      ' ',
      'touch pwned',
      '&',
      '|',
      'a',
      '~',
      '*',
      '{',
      '}',
      '#',
      '!',
      'é',
    );
    const texts = fc.array(pieces, { maxLength: 8 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(texts, texts, (description, location) => {
        expect(sourced({ rule: { description }, location })).toHaveLength(7);
      }),
      { numRuns: 60 },
    );
  });

  it('keeps quotes around plain words, which do no harm', () => {
    const description = "Shell $HOME `id` ; rm -rf ! 'quoted' \\ path";
    expect(field({ rule: { description } }, 'ruledescription')).toBe(description);
    expect(field({ rule: { description: "it's here" } }, 'ruledescription')).toBe('it s here');
    expect(field({ rule: { description: "say 'a b'" } }, 'ruledescription')).toBe('say  a b ');
  });
});
