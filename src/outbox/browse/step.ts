/** A step by single ids takes at most so many. */
export const IDS_PER_STEP = 2000;

/** Deliveries that may be what is looked for: a span of ids, or some of them. */
export interface Step {
  readonly lowest: number;
  readonly highest: number;
  readonly ids?: readonly number[] | undefined;
  /** True where there is nothing more below. */
  readonly isLast: boolean;
}

/** The same as a condition on a delivery `d`. */
export function placeOf({ ids, lowest, highest }: Step): {
  readonly place: string;
  readonly bounds: readonly (string | number)[];
} {
  return ids === undefined
    ? { place: 'd.id BETWEEN ? AND ?', bounds: [lowest, highest] }
    : { place: 'd.id IN (SELECT value FROM json_each(?))', bounds: [JSON.stringify(ids)] };
}
