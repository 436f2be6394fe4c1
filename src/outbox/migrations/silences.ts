/** What quiets alerts. */
export const SILENCES = `
-- Silences of people, and each time of those in the settings file. key names it in bundles and
-- counts. ended_at: someone ended it before ends_at. told: which messages about it were sent.
CREATE TABLE silence (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL UNIQUE,
  name TEXT,
  begins_at INTEGER NOT NULL,
  ends_at INTEGER NOT NULL,
  ended_at INTEGER,
  author TEXT NOT NULL,
  why TEXT NOT NULL,
  fits_only TEXT,
  fits_when TEXT,
  integrations TEXT,
  ending TEXT NOT NULL,
  even_critical INTEGER NOT NULL DEFAULT 0,
  is_recurring INTEGER NOT NULL DEFAULT 0,
  told TEXT NOT NULL DEFAULT '[]'
);

-- How many alerts it has held back: rows of alerts go sooner.
CREATE TABLE silence_held (
  key TEXT NOT NULL,
  lane INTEGER NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (key, lane)
) WITHOUT ROWID;

-- When an alert last opened a mute for its key. How long it is open, the settings say; forget_at is
-- only when the row is of no use.
CREATE TABLE mute (
  name TEXT NOT NULL,
  key TEXT NOT NULL,
  opened_at INTEGER NOT NULL,
  forget_at INTEGER NOT NULL,
  PRIMARY KEY (name, key)
) WITHOUT ROWID;
CREATE INDEX mute_forgotten ON mute (forget_at);
`;
