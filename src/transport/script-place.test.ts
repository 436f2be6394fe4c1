import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ScriptPlaces } from './script-place.ts';

/** A number that no process has. */
const DEAD = 999_999_999;
const MARK = '87654321';
const DIRECTORY = `integratord-${'a'.repeat(24)}`;
const alertOf = (mark: string) => `custom-x-1787224951-${mark}${'1'.repeat(16)}.alert`;

let home: string;
let temporary: string;
let records: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'script-place-test-'));
  temporary = join(home, 'tmp');
  records = join(home, 'state', 'scripts');
  mkdirSync(temporary);
  mkdirSync(records, { recursive: true, mode: 0o777 });
  chmodSync(records, 0o777);
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const record = (pid: number, directory = DIRECTORY) =>
  writeFileSync(join(records, `${pid}.${MARK}.${directory}`), '');
const alert = (mark = MARK) => writeFileSync(join(temporary, alertOf(mark)), '');
const options = () => {
  mkdirSync(join(temporary, DIRECTORY));
  writeFileSync(join(temporary, DIRECTORY, 'x.options'), '');
};

it('is below /tmp, whatever TMPDIR says', () => {
  const { place } = new ScriptPlaces(records);
  expect(place).toMatchObject({ temporary: '/tmp' });
  expect(place.directory).toMatch(/^\/tmp\/integratord-[0-9a-f]{24}$/);
});

it('is recorded in a private directory, and gone with its files at the end', () => {
  const places = new ScriptPlaces(records, temporary);
  const { directory, mark } = places.place;
  places.prepare();
  places.prepare();
  expect(readdirSync(records)).toEqual([`${process.pid}.${mark}.${basename(directory)}`]);
  expect(statSync(records).mode & 0o777).toBe(0o700);
  mkdirSync(directory);
  alert(mark);
  places.close();
  expect(readdirSync(records)).toEqual([]);
  expect(readdirSync(temporary)).toEqual([]);
});

it('sweeps what starts that were killed have left, also one that had our process number', () => {
  for (const pid of [DEAD, process.pid]) {
    record(pid);
    options();
    alert();
    new ScriptPlaces(records, temporary).prepare();
    expect(readdirSync(temporary)).toEqual([]);
  }
});

it('leaves what a living process uses, and what is not recorded', () => {
  record(process.ppid);
  options();
  alert();
  alert('11111111');
  writeFileSync(join(temporary, 'custom-y-1787224951-5.alert'), '');
  const before = readdirSync(temporary).sort();
  new ScriptPlaces(records, temporary).prepare();
  expect(readdirSync(temporary).sort()).toEqual(before);
  expect(existsSync(join(temporary, DIRECTORY, 'x.options'))).toBe(true);
});

it('follows no link that has the name of a recorded directory', () => {
  record(DEAD);
  const elsewhere = join(home, 'elsewhere');
  mkdirSync(elsewhere);
  writeFileSync(join(elsewhere, 'kept'), '');
  symlinkSync(elsewhere, join(temporary, DIRECTORY));
  symlinkSync(join(elsewhere, 'kept'), join(temporary, alertOf(MARK)));
  new ScriptPlaces(records, temporary).prepare();
  expect(readdirSync(elsewhere)).toEqual(['kept']);
});

it('removes the files that earlier versions kept in the state directory', () => {
  writeFileSync(join(records, 'custom-x-1-00000000-aa.alert'), '');
  writeFileSync(join(records, 'custom-x-1-00000000-aa.options'), '');
  writeFileSync(join(records, 'notes.txt'), '');
  new ScriptPlaces(records, temporary).prepare();
  expect(readdirSync(records).filter((name) => !name.startsWith(`${process.pid}.`))).toEqual([
    'notes.txt',
  ]);
});

it('cannot be used where it cannot be recorded, until it can', () => {
  rmSync(records, { recursive: true });
  writeFileSync(records, 'a file where the directory should be');
  const places = new ScriptPlaces(records, temporary);
  expect(() => places.prepare()).toThrow('EEXIST');
  rmSync(records);
  places.prepare();
  expect(readdirSync(records)).toHaveLength(1);
});
