import { expect, it } from 'vitest';
import { tempDir } from '../../test/support/temp-dir.ts';
import { readHours, storeHours } from './hours.ts';
import { openOutboxDatabase } from './state-directory.ts';

const HOURS = [
  { at: 0, delivered: 1, failed: 2 },
  { at: 3_600_000, delivered: 3, failed: 0 },
];

it('keeps hours until others are kept', () => {
  const database = openOutboxDatabase(tempDir());
  expect(readHours(database)).toEqual([]);
  storeHours(database, HOURS);
  storeHours(database, HOURS.slice(1));
  expect(readHours(database)).toEqual(HOURS.slice(1));
});

it.each(['{', '{}', '[[1,2]]', '[["1",2,3]]'])('takes %s for none', (value) => {
  const database = openOutboxDatabase(tempDir());
  storeHours(database, HOURS);
  database.run("UPDATE setting SET value = ? WHERE key = 'hours'", value);
  expect(readHours(database)).toEqual([]);
});
