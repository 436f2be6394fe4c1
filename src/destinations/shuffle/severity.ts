/** The reference's scale. */
export function severity(level: number): number {
  if (level <= 4) return 1;
  return level <= 7 ? 2 : 3;
}
