/** Test alerts, what sources bring at which hour, and the whole output of scripts. */
export const ALARMS = `
-- The test alerts of a lane. Times are milliseconds since 1970; day is in days since 1970, in the zone of
-- the plan. unproven_since is when the first one was sent after the last that arrived.
CREATE TABLE canary (
  lane INTEGER PRIMARY KEY,
  plan TEXT NOT NULL,
  day INTEGER NOT NULL,
  delivery INTEGER NOT NULL,
  sent_at INTEGER NOT NULL,
  succeeded_at INTEGER,
  unproven_since INTEGER
);

-- A trigger, so that no writer can forget it.
CREATE TRIGGER canary_arrived AFTER UPDATE OF state ON delivery
WHEN NEW.verdict = 'canary' AND NEW.state = 'delivered' AND OLD.state <> 'delivered'
BEGIN
  UPDATE canary SET succeeded_at = NEW.finished_at, unproven_since = NULL WHERE lane = NEW.lane;
END;

-- What a source brought in an hour (of UTC, counted since 1970), how much of that hour it was watched,
-- and the longest time without an alert that ended or lasted in it.
CREATE TABLE source_hour (
  source TEXT NOT NULL,
  hour INTEGER NOT NULL,
  n INTEGER NOT NULL DEFAULT 0,
  watched_ms INTEGER NOT NULL DEFAULT 0,
  gap_ms INTEGER NOT NULL DEFAULT 0,
  is_quiet INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (source, hour)
) WITHOUT ROWID;

-- The whole output of scripts, compressed, where it is longer than what an attempt keeps of it.
CREATE TABLE attempt_output (
  delivery INTEGER NOT NULL,
  number INTEGER NOT NULL,
  output BLOB NOT NULL,
  PRIMARY KEY (delivery, number)
);
CREATE TRIGGER output_removed AFTER DELETE ON delivery BEGIN
  DELETE FROM attempt_output WHERE delivery = OLD.id;
END;
`;
