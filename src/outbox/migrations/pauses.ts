/** Lanes that an operator stopped for a while. */
export const PAUSES = `
ALTER TABLE lane ADD COLUMN paused_at INTEGER;
ALTER TABLE lane ADD COLUMN paused_by TEXT;
`;
