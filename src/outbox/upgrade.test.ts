import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { Child } from '../../test/support/child.ts';
import { checkpointAt } from '../../test/support/outbox.ts';
import { tempDir } from '../../test/support/temp-dir.ts';
import { auditRecords } from './audit.ts';
import { Database } from './database.ts';
import { KEPT_MS, keepCopy, keptCopy, keptCopyPath, newerPath } from './kept-copy.ts';
import { formatOf, migrate, PRESENT_FORMAT } from './migrations.ts';
import { deliveredSince, formatOfOutbox, placesIn, restoreCopy } from './restore.ts';
import { SqliteOutbox } from './sqlite-outbox.ts';
import { OUTBOX_FILE, openOutboxDatabase } from './state-directory.ts';
import { openUpgraded } from './upgrade.ts';

const OLDER = PRESENT_FORMAT - 1;

/** A state directory with an outbox of the version before, with a row that tells it. */
function older(note = 'old'): string {
  const directory = tempDir();
  const database = Database.open(join(directory, OUTBOX_FILE));
  migrate(database, OLDER);
  database.run("INSERT INTO setting (key, value) VALUES ('note', ?)", note);
  database.close();
  return directory;
}

function noteIn(path: string): string | undefined {
  const database = Database.open(path, { readOnly: true });
  try {
    return database.get<{ value: string }>("SELECT value FROM setting WHERE key = 'note'")?.value;
  } finally {
    database.close();
  }
}

/** A present outbox that was upgraded from one with a delivery that waits. */
function upgraded(): { directory: string; madeAt: number } {
  const directory = tempDir();
  const first = Database.open(join(directory, OUTBOX_FILE));
  migrate(first, OLDER);
  first.execute(`
    INSERT INTO lane (id, integration, name, target_hash, settings_hash)
      VALUES (1, 'slack', 'slack', '', '');
    INSERT INTO alert (id, alert_id, level, read_at, raw) VALUES (1, 'a', 3, 1, CAST('a' AS BLOB));
    INSERT INTO delivery (alert, lane, priority) VALUES (1, 1, 0);
    INSERT INTO checkpoint (source, version, state) VALUES ('test', 1, '{"offset":7}');
  `);
  first.close();
  openUpgraded(directory).database.close();
  return { directory, madeAt: keptCopy(directory)?.madeAt ?? Number.NaN };
}

describe('an upgrade of the outbox', () => {
  it('keeps a copy of it as it was, private to its owner', () => {
    const directory = older();
    const { database, upgrade } = openUpgraded(directory);
    expect(formatOf(database)).toBe(PRESENT_FORMAT);
    database.close();
    const copy = keptCopy(directory);
    expect(upgrade).toEqual({ from: OLDER, to: PRESENT_FORMAT, copy });
    expect(copy).toMatchObject({ path: keptCopyPath(directory), format: OLDER });
    const { mode, uid } = statSync(keptCopyPath(directory));
    expect([mode & 0o777, uid]).toEqual([0o600, process.getuid?.()]);
    expect(noteIn(keptCopyPath(directory))).toBe('old');
    expect(readdirSync(directory).filter((name) => name.includes('partial'))).toEqual([]);
  });

  it('is none where the outbox is new or present: then nothing is copied', () => {
    const directory = tempDir();
    expect(openUpgraded(directory).upgrade).toBeUndefined();
    expect(openUpgraded(directory).upgrade).toBeUndefined();
    expect(keptCopy(directory)).toBeUndefined();
  });

  it('replaces the copy of the one before', () => {
    const directory = older('newer');
    writeFileSync(keptCopyPath(directory), 'another');
    openUpgraded(directory).database.close();
    expect(noteIn(keptCopyPath(directory))).toBe('newer');
  });

  it('goes on without a copy where there cannot be one, and says why', () => {
    const directory = older();
    const vacuum = vi.spyOn(Database.prototype, 'execute').mockImplementationOnce(() => {
      throw new Error('the disk is gone');
    });
    const { database, upgrade } = openUpgraded(directory);
    vacuum.mockRestore();
    expect(upgrade?.copy).toBe('the disk is gone');
    expect(formatOf(database)).toBe(PRESENT_FORMAT);
    database.close();
    expect(keptCopy(directory)).toBeUndefined();
  });

  it('has no copy where the disk has no room for it and for the upgrade', () => {
    const directory = older();
    const path = join(directory, OUTBOX_FILE);
    expect(keepCopy(path, () => 16 * 2 ** 20)).toMatch(
      /^the disk has no room for one: it takes 17 MiB, and 16 MiB are free$/,
    );
    expect(keptCopy(directory)).toBeUndefined();
    expect(keepCopy(path, () => 17 * 2 ** 20)).toMatchObject({ format: OLDER });
  });

  it('is left to the daemon: a command changes nothing, and says what to do', () => {
    const directory = older();
    expect(() => openOutboxDatabase(directory)).toThrow(
      /still that of an older integratord .*Restart the daemon/,
    );
    expect(formatOfOutbox(directory)).toBe(OLDER);
  });

  it.each(['while the copy is made', 'while the steps are taken'])(
    'leaves the outbox as it was when it is killed %s',
    async (when) => {
      const directory = older();
      const at = when.includes('copy') ? 'VACUUM' : 'PRAGMA user_version =';
      const child = new Child(`
        const { Database } = await import('./src/outbox/database.ts');
        const { openUpgraded } = await import('./src/outbox/upgrade.ts');
        const execute = Database.prototype.execute;
        Database.prototype.execute = function (sql) {
          execute.call(this, sql);
          if (!sql.startsWith(${JSON.stringify(at)})) return;
          console.log('there');
          for (;;) ;
        };
        openUpgraded(${JSON.stringify(directory)});
      `);
      expect(await child.line()).toBe('there');
      await child.kill();
      expect(formatOfOutbox(directory)).toBe(OLDER);
      expect(noteIn(join(directory, OUTBOX_FILE))).toBe('old');
      const { database, upgrade } = openUpgraded(directory);
      expect(upgrade?.copy).toMatchObject({ format: OLDER });
      expect(formatOf(database)).toBe(PRESENT_FORMAT);
      database.close();
      expect(noteIn(keptCopyPath(directory))).toBe('old');
    },
  );
});

const RECORD = { madeAt: 0, format: OLDER, newerFormat: 99, repeats: 1, alerts: 2 };
const WHO = { who: 'alice', at: 1000 };

describe('going back to the copy', () => {
  it('puts it in place, keeps what was there, and says so in the audit', () => {
    const { directory, madeAt } = upgraded();
    const newer = openOutboxDatabase(directory);
    newer.run("INSERT INTO setting (key, value) VALUES ('note', 'of the newer')");
    newer.execute('PRAGMA user_version = 99');
    newer.close();
    const copy = keptCopy(directory);
    if (copy === undefined) throw new Error('no copy');
    expect(placesIn(copy)).toEqual({ sources: [checkpointAt(7)], lanes: [] });
    const path = restoreCopy(directory, copy, WHO, { ...RECORD, madeAt });
    expect(path).toBe(newerPath(directory));
    expect(noteIn(path)).toBe('of the newer');
    expect(keptCopy(directory)).toBeUndefined();
    const { database } = openUpgraded(directory);
    expect(new SqliteOutbox(database).lease(1, 9, 9, 2)).toHaveLength(1);
    database.close();
  });

  it('tells it in the audit of a version that can hold it', () => {
    const { directory } = upgraded();
    // As if the present version were the older one.
    const database = Database.open(keptCopyPath(directory), { isSingleFile: true });
    migrate(database);
    database.close();
    const copy = keptCopy(directory);
    if (copy === undefined) throw new Error('no copy');
    restoreCopy(directory, copy, WHO, RECORD);
    const present = openOutboxDatabase(directory);
    expect(auditRecords(present, {}, 9)).toMatchObject([
      { kind: 'restore', who: 'alice', detail: RECORD },
    ]);
    present.close();
  });

  it('refuses a copy that is damaged, and changes nothing', () => {
    const { directory } = upgraded();
    const copy = keptCopy(directory);
    if (copy === undefined) throw new Error('no copy');
    const bytes = readFileSync(copy.path);
    bytes.fill(0x55, 4096, 12_288);
    writeFileSync(copy.path, bytes);
    expect(() => restoreCopy(directory, copy, WHO, RECORD)).toThrow(/damaged/);
    expect(existsSync(copy.path)).toBe(true);
    expect(formatOfOutbox(directory)).toBe(PRESENT_FORMAT);
  });

  it('does not make a copy look younger than what is in it', () => {
    const { directory, madeAt } = upgraded();
    const copy = keptCopy(directory);
    if (copy === undefined) throw new Error('no copy');
    restoreCopy(directory, copy, WHO, RECORD);
    expect(statSync(join(directory, OUTBOX_FILE)).mtimeMs).toBeCloseTo(madeAt, -1);
    expect(KEPT_MS).toBe(7 * 24 * 3_600_000);
  });

  it('counts what was delivered since, and knows when nobody can tell', () => {
    const { directory } = upgraded();
    expect(deliveredSince(directory, 0)).toBe(0);
    const database = openOutboxDatabase(directory);
    database.execute("UPDATE delivery SET state = 'delivered', finished_at = 5");
    expect(deliveredSince(directory, 5)).toBe(1);
    expect(deliveredSince(directory, 6)).toBe(0);
    database.execute('ALTER TABLE delivery RENAME TO sending');
    database.close();
    expect(deliveredSince(directory, 5)).toBeUndefined();
  });
});
