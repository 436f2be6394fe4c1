/** What explains later why an alert went where it went: ids, waits, and the rules of then. */
export const EXPLANATIONS = `
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
`;
