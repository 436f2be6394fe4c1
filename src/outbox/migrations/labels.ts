/** What people look for alerts by, and who did what. */
export const LABELS = `
-- What operators look for alerts by, apart from the bytes of alerts: a million of these are looked
-- through in a tenth of a second. The rows of one alert and of its label have the same number.
CREATE TABLE alert_label (
  alert INTEGER PRIMARY KEY,
  read_at INTEGER NOT NULL,
  level INTEGER NOT NULL,
  rule TEXT,
  agent TEXT,
  agent_id TEXT
);
INSERT INTO alert_label (alert, read_at, level, rule, agent, agent_id)
  SELECT id, read_at, level,
    CASE WHEN json_valid(text) THEN text ->> '$.rule.id' END,
    CASE WHEN json_valid(text) THEN text ->> '$.agent.name' END,
    CASE WHEN json_valid(text) THEN text ->> '$.agent.id' END
  FROM (SELECT id, read_at, level, CAST(raw AS TEXT) AS text FROM alert);
CREATE TRIGGER alert_unlabelled AFTER DELETE ON alert BEGIN
  DELETE FROM alert_label WHERE alert = OLD.id;
END;

-- The deliveries of a lane, the newest at the end. An expression, so that it serves those who ask for it
-- by that, and SQLite does not prefer it to the small indexes that the daemon works by.
CREATE INDEX delivery_listed ON delivery (lane + 0);
`;
