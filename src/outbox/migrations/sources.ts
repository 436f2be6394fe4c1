/** Several sources, each with a checkpoint of its own. */
export const SOURCES = `
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
`;
