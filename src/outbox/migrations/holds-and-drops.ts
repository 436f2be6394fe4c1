/** Until when lanes wait, and what operators dropped. */
export const HOLDS_AND_DROPS = `
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
`;
