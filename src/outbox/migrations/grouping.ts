/** What is held back, and sent together. */
export const GROUPING = `
-- Deliveries that do not go by themselves, or not at once: why, and what they wait in. due_at of one
-- that is held alone is when it goes; of a member of a bundle it is 0.
ALTER TABLE delivery ADD COLUMN verdict TEXT;
ALTER TABLE delivery ADD COLUMN verdict_by TEXT;
ALTER TABLE delivery ADD COLUMN bundle INTEGER;
ALTER TABLE delivery ADD COLUMN member_key TEXT;
CREATE INDEX delivery_member ON delivery (bundle, id) WHERE bundle IS NOT NULL;
CREATE INDEX delivery_held ON delivery (lane, due_at) WHERE state = 'held';
CREATE INDEX delivery_silenced ON delivery (lane) WHERE state = 'silenced' AND finished_at IS NULL;

-- What is sent as one message. It takes in what comes until it is closed; from the moment it is
-- sealed its members are fixed. head is the delivery that carries it: its last member. outcome is
-- what became of that; the members follow in steps, until is_settled.
CREATE TABLE bundle (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  lane INTEGER NOT NULL,
  kind TEXT NOT NULL,
  key TEXT NOT NULL,
  fields TEXT NOT NULL,
  about TEXT,
  opened_at INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  n INTEGER NOT NULL DEFAULT 0,
  is_closed INTEGER NOT NULL DEFAULT 0,
  sealed_at INTEGER,
  head INTEGER,
  outcome TEXT,
  reason TEXT,
  finished_at INTEGER,
  is_settled INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX bundle_open ON bundle (lane, kind, key) WHERE is_closed = 0;
CREATE INDEX bundle_due ON bundle (lane, due_at) WHERE sealed_at IS NULL;
CREATE INDEX bundle_head ON bundle (head) WHERE head IS NOT NULL;
CREATE INDEX bundle_unsettled ON bundle (id) WHERE outcome IS NOT NULL AND is_settled = 0;

-- Triggers, so that no writer can forget it.
CREATE TRIGGER bundle_ended AFTER UPDATE OF state ON delivery
WHEN NEW.bundle IS NOT NULL AND NEW.state IN ('delivered', 'dead') AND OLD.state <> NEW.state
BEGIN
  UPDATE bundle SET outcome = NEW.state, reason = NEW.reason, finished_at = NEW.finished_at,
    is_settled = 0 WHERE head = NEW.id;
END;
CREATE TRIGGER bundle_dropped AFTER DELETE ON delivery
WHEN OLD.bundle IS NOT NULL AND OLD.state IN ('pending', 'leased', 'dead')
BEGIN
  UPDATE bundle SET outcome = 'dropped', is_settled = 0 WHERE head = OLD.id;
END;

CREATE TABLE throttle (
  lane INTEGER NOT NULL,
  key TEXT NOT NULL,
  last_sent INTEGER NOT NULL,
  period INTEGER NOT NULL,
  PRIMARY KEY (lane, key)
) WITHOUT ROWID;

CREATE TABLE storm (
  lane INTEGER PRIMARY KEY,
  state TEXT NOT NULL,
  check_at INTEGER NOT NULL
);

-- The rules that what is held was placed by.
ALTER TABLE lane ADD COLUMN grouping TEXT;

-- What is over counts as such by its end: there are more states now.
DROP TRIGGER delivery_counted;
DROP TRIGGER delivery_uncounted;
DROP TRIGGER delivery_recounted;
CREATE TRIGGER delivery_counted AFTER INSERT ON delivery BEGIN
  INSERT INTO usage (lane, kind, bytes) VALUES (
    NEW.lane,
    CASE WHEN NEW.finished_at IS NULL THEN 'waiting'
      WHEN NEW.state = 'dead' THEN 'dead' ELSE 'delivered' END,
    NEW.bytes
  ) ON CONFLICT (lane, kind) DO UPDATE SET bytes = bytes + excluded.bytes;
END;
CREATE TRIGGER delivery_uncounted AFTER DELETE ON delivery BEGIN
  UPDATE usage SET bytes = bytes - OLD.bytes WHERE lane = OLD.lane
    AND kind = CASE WHEN OLD.finished_at IS NULL THEN 'waiting'
      WHEN OLD.state = 'dead' THEN 'dead' ELSE 'delivered' END;
END;
CREATE TRIGGER delivery_recounted AFTER UPDATE OF state, bytes, finished_at ON delivery
WHEN NEW.bytes <> OLD.bytes OR (NEW.finished_at IS NULL) <> (OLD.finished_at IS NULL)
  OR (NEW.finished_at IS NOT NULL AND NEW.state <> OLD.state)
BEGIN
  UPDATE usage SET bytes = bytes - OLD.bytes WHERE lane = OLD.lane
    AND kind = CASE WHEN OLD.finished_at IS NULL THEN 'waiting'
      WHEN OLD.state = 'dead' THEN 'dead' ELSE 'delivered' END;
  INSERT INTO usage (lane, kind, bytes) VALUES (
    NEW.lane,
    CASE WHEN NEW.finished_at IS NULL THEN 'waiting'
      WHEN NEW.state = 'dead' THEN 'dead' ELSE 'delivered' END,
    NEW.bytes
  ) ON CONFLICT (lane, kind) DO UPDATE SET bytes = bytes + excluded.bytes;
END;
`;
