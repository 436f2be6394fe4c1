/** Who did what, in more detail. */
export const OPERATORS = `
-- As the command that did it reports them.
ALTER TABLE audit ADD COLUMN uid INTEGER;
ALTER TABLE audit ADD COLUMN sudo_user TEXT;
`;
