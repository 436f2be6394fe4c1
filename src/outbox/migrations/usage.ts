/** What each lane takes up, and where it stopped storing. */
export const USAGE = `
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
`;
