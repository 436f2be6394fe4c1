/** What an operator had sent again. */
export const REPLAYS = `
-- Makes the identity of a delivery another one than that of the same alert before, where it is set.
ALTER TABLE delivery ADD COLUMN salt TEXT;

-- What was done: drop, replay, pause …
ALTER TABLE audit ADD COLUMN kind TEXT NOT NULL DEFAULT 'drop';
`;
