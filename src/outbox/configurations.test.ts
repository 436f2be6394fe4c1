import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { openTestDatabase } from '../../test/support/outbox.ts';
import { tempDir } from '../../test/support/temp-dir.ts';
import { Configurations, hashOf } from './configurations.ts';
import type { Database } from './database.ts';

let database: Database;
let configurations: Configurations;
beforeEach(() => {
  database = openTestDatabase(tempDir());
  configurations = new Configurations(database);
  onTestFinished(() => database.close());
});

describe('the configurations that were in force', () => {
  it('are found by time, and one that is the same as the last is kept once', () => {
    configurations.inForce('a', 10);
    configurations.inForce('a', 20);
    configurations.inForce('b', 30);
    configurations.inForce('a', 40);
    expect(configurations.at(9)).toBeUndefined();
    expect(configurations.at(29)).toEqual({ hash: hashOf('a'), since: 10, text: 'a' });
    expect(configurations.at(30)).toMatchObject({ since: 30, text: 'b' });
    expect(configurations.at(99)).toMatchObject({ since: 40, text: 'a' });
  });

  it('are fifty at most: the oldest go', () => {
    for (let at = 1; at <= 60; at += 1) configurations.inForce(`text ${at}`, at);
    expect(configurations.at(10)).toBeUndefined();
    expect(configurations.at(11)).toMatchObject({ text: 'text 11' });
    expect(configurations.at(60)).toMatchObject({ text: 'text 60' });
  });

  it('are known without their text where it is longer than a megabyte', () => {
    configurations.inForce('x'.repeat(2 ** 20), 1);
    configurations.inForce('ü'.repeat(2 ** 19 + 1), 2);
    expect(configurations.at(1)?.text).toHaveLength(2 ** 20);
    expect(configurations.at(2)).toEqual({ hash: expect.any(String), since: 2, text: undefined });
  });
});
