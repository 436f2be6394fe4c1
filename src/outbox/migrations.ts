import { OutboxError } from '../core/outbox-error.ts';
import type { Database } from './database.ts';

/**
 * The steps from an empty file to the present shape. A step is never changed once it was released:
 * a change of shape is a further step.
 */
const MIGRATIONS: readonly string[] = [
  `
  -- Single values: the checkpoint, the salt of the hashes.
  CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

  CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;

  -- One lane per integration. A lane whose integration was removed has no integration and waits.
  CREATE TABLE lane (
    id INTEGER PRIMARY KEY,
    integration TEXT UNIQUE,
    name TEXT NOT NULL,
    target_hash TEXT NOT NULL,
    settings_hash TEXT NOT NULL,
    parked_reason TEXT,
    parked_message TEXT,
    parked_at INTEGER,
    bucket_tokens REAL,
    bucket_at INTEGER
  );

  CREATE TABLE alert (
    id INTEGER PRIMARY KEY,
    alert_id TEXT,
    level INTEGER NOT NULL,
    read_at INTEGER NOT NULL,
    raw BLOB NOT NULL
  );

  -- The highest priority goes first. due_at 0 is at once. Times are milliseconds since 1970. attempts counts all, tries those since
  -- the beginning or since an operator said retry: the retry schedule goes by tries.
  -- An id is never used again: one that was dropped while in flight may still be settled.
  CREATE TABLE delivery (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    alert INTEGER NOT NULL,
    lane INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'pending',
    priority INTEGER NOT NULL,
    due_at INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0,
    reason TEXT,
    first_attempt_at INTEGER,
    finished_at INTEGER
  );
  CREATE INDEX delivery_ready ON delivery (lane, priority DESC, id)
    WHERE state = 'pending' AND due_at = 0;
  CREATE INDEX delivery_scheduled ON delivery (lane, due_at) WHERE state = 'pending' AND due_at > 0;
  CREATE INDEX delivery_leased ON delivery (lane) WHERE state = 'leased';
  CREATE INDEX delivery_finished ON delivery (state, finished_at) WHERE finished_at IS NOT NULL;
  CREATE INDEX delivery_alert ON delivery (alert);

  CREATE TABLE attempt (
    delivery INTEGER NOT NULL,
    number INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    reason TEXT,
    status INTEGER,
    message TEXT,
    excerpt TEXT,
    PRIMARY KEY (delivery, number)
  ) WITHOUT ROWID;

  CREATE TABLE unreadable (
    id INTEGER PRIMARY KEY,
    read_at INTEGER NOT NULL,
    path TEXT NOT NULL,
    offset INTEGER NOT NULL,
    length INTEGER NOT NULL,
    reason TEXT NOT NULL,
    excerpt BLOB NOT NULL
  );

  -- What services were asked, and how much they may be asked.
  CREATE TABLE answer (
    key TEXT PRIMARY KEY,
    answer TEXT NOT NULL,
    expires_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX answer_expires ON answer (expires_at);

  CREATE TABLE quota (name TEXT PRIMARY KEY, state TEXT NOT NULL) WITHOUT ROWID;
  `,
  `
  -- Where reading of each source stopped. state is JSON that only the source understands. A
  -- checkpoint that is no JSON is kept as version 0, which no source knows: it must not look like a
  -- first start.
  CREATE TABLE checkpoint (
    source TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    state TEXT NOT NULL
  ) WITHOUT ROWID;
  INSERT INTO checkpoint (source, version, state)
    SELECT 'file',
      CASE WHEN json_valid(value) THEN COALESCE(value ->> '$.version', 0) ELSE 0 END,
      CASE WHEN json_valid(value) THEN json_remove(value, '$.version') ELSE 'null' END
    FROM setting WHERE key = 'checkpoint';
  DELETE FROM setting WHERE key = 'checkpoint';

  -- Where a record came from is said in words: not every source has paths and offsets.
  ALTER TABLE unreadable RENAME TO unreadable_by_offset;
  CREATE TABLE unreadable (
    id INTEGER PRIMARY KEY,
    read_at INTEGER NOT NULL,
    source TEXT NOT NULL,
    place TEXT NOT NULL,
    length INTEGER NOT NULL,
    reason TEXT NOT NULL,
    excerpt BLOB NOT NULL
  );
  INSERT INTO unreadable (id, read_at, source, place, length, reason, excerpt)
    SELECT id, read_at, 'file', path || ', byte ' || offset, length, reason, excerpt
    FROM unreadable_by_offset;
  DROP TABLE unreadable_by_offset;
  `,
  `
  -- What each delivery takes up (see core/delivery-size.ts), and the sums by lane and by what has become of them.
  ALTER TABLE delivery ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
  UPDATE delivery SET bytes = 512 + COALESCE(
    (SELECT length(raw) + length(raw) / 4 FROM alert WHERE alert.id = delivery.alert), 0);
  CREATE TABLE usage (
    lane INTEGER NOT NULL,
    kind TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    PRIMARY KEY (lane, kind)
  ) WITHOUT ROWID;
  INSERT INTO usage (lane, kind, bytes)
    SELECT lane, CASE WHEN state IN ('delivered', 'dead') THEN state ELSE 'waiting' END, SUM(bytes)
    FROM delivery GROUP BY 1, 2;

  -- Triggers, so that no writer, in whatever process, can forget it.
  CREATE TRIGGER delivery_counted AFTER INSERT ON delivery BEGIN
    INSERT INTO usage (lane, kind, bytes) VALUES (
      NEW.lane,
      CASE WHEN NEW.state IN ('delivered', 'dead') THEN NEW.state ELSE 'waiting' END,
      NEW.bytes
    ) ON CONFLICT (lane, kind) DO UPDATE SET bytes = bytes + excluded.bytes;
  END;
  CREATE TRIGGER delivery_uncounted AFTER DELETE ON delivery BEGIN
    UPDATE usage SET bytes = bytes - OLD.bytes WHERE lane = OLD.lane
      AND kind = CASE WHEN OLD.state IN ('delivered', 'dead') THEN OLD.state ELSE 'waiting' END;
  END;
  CREATE TRIGGER delivery_recounted AFTER UPDATE OF state, bytes ON delivery
  WHEN NEW.bytes <> OLD.bytes
    OR (NEW.state <> OLD.state
      AND (NEW.state IN ('delivered', 'dead') OR OLD.state IN ('delivered', 'dead')))
  BEGIN
    UPDATE usage SET bytes = bytes - OLD.bytes WHERE lane = OLD.lane
      AND kind = CASE WHEN OLD.state IN ('delivered', 'dead') THEN OLD.state ELSE 'waiting' END;
    INSERT INTO usage (lane, kind, bytes) VALUES (
      NEW.lane,
      CASE WHEN NEW.state IN ('delivered', 'dead') THEN NEW.state ELSE 'waiting' END,
      NEW.bytes
    ) ON CONFLICT (lane, kind) DO UPDATE SET bytes = bytes + excluded.bytes;
  END;

  -- The oldest dead letter of a lane goes first when there are too many of them.
  CREATE INDEX delivery_dead ON delivery (lane, finished_at) WHERE state = 'dead';

  -- Where a lane that has used up its share stopped storing what a source has for it.
  CREATE TABLE cursor (
    lane INTEGER NOT NULL,
    source TEXT NOT NULL,
    version INTEGER NOT NULL,
    state TEXT NOT NULL,
    since INTEGER NOT NULL,
    PRIMARY KEY (lane, source)
  ) WITHOUT ROWID;

  -- What of a source could not be read again for a lane.
  ALTER TABLE lane ADD COLUMN losses INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE lane ADD COLUMN lost_bytes INTEGER NOT NULL DEFAULT 0;
  `,
  `
  -- Until when nothing of a lane is attempted, in milliseconds since 1970: only for showing it.
  ALTER TABLE lane ADD COLUMN held_until INTEGER NOT NULL DEFAULT 0;

  -- What operators did that cannot be undone, until the daemon has logged it and beyond.
  CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    who TEXT NOT NULL,
    detail TEXT NOT NULL,
    is_told INTEGER NOT NULL DEFAULT 0
  );
  `,
  `
  -- People ask for alerts by their own ids.
  CREATE INDEX alert_by_id ON alert (alert_id) WHERE alert_id IS NOT NULL;

  -- Why nothing of a lane is attempted until held_until, and the time that a service named: to say
  -- what a delivery waits for.
  ALTER TABLE lane ADD COLUMN held_for TEXT;
  ALTER TABLE attempt ADD COLUMN not_before INTEGER;

  -- What decided about alerts, without secrets, and since when; text is NULL where it was too long.
  CREATE TABLE configuration (
    id INTEGER PRIMARY KEY,
    hash TEXT NOT NULL,
    since INTEGER NOT NULL,
    text TEXT
  );
  `,
];

/**
 * Brings the database to the present shape.
 * @param target the shape to stop at, for tests that need an older one.
 * @throws OutboxError when it is from a newer version.
 */
export function migrate(database: Database, path: string, target = MIGRATIONS.length): void {
  const version = database.get<{ user_version: number }>('PRAGMA user_version')?.user_version ?? 0;
  if (version > MIGRATIONS.length) {
    throw new OutboxError(
      'newer',
      `The outbox ${path} was written by a newer integratord (format ${version}; this one supports ` +
        `${MIGRATIONS.length}). Run that version again, or select another directory with --state.`,
    );
  }
  for (let step = version; step < target; step += 1) {
    database.transaction(() => {
      // Another process may have taken this step while we waited for the lock.
      const now = database.get<{ user_version: number }>('PRAGMA user_version')?.user_version ?? 0;
      if (now > step) return;
      database.execute(MIGRATIONS[step] as string);
      database.execute(`PRAGMA user_version = ${step + 1}`);
    });
  }
}
