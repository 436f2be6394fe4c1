/** The first shape: what waits, what was tried, and what services answered. */
export const FIRST_SHAPE = `
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
`;
