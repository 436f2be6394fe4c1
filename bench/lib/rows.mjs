// What a measurement reports: one row per figure.
import { growth } from './stats.mjs';

/** A speed beside that of a baseline. `goal` is the least ratio. */
export function speed(figure, unit, { rate, ratio }, baseline, goal) {
  const reached = goal === undefined ? undefined : ratio >= goal;
  const text = goal === undefined ? '' : `ratio ≥ ${goal}`;
  return { figure, unit, value: rate, baseline, ratio, goal: text, reached };
}

/** A figure that may not be larger than the goal. */
export function atMost(figure, unit, value, goal) {
  return { figure, unit, value, goal: `≤ ${goal}`, reached: value <= goal };
}

/** A figure without a goal. */
export function plain(figure, unit, value) {
  return { figure, unit, value, goal: '' };
}

/** Costs may grow as their inputs do; a quarter as much again is for noise. */
const MOST_GROWTH = 1.25;

/**
 * A figure for several inputs, as `{ input, label, value }` by rising input.
 * @param costOf the cost that belongs to a value, where it is to grow no faster than the input.
 */
export function series(figure, unit, points, costOf) {
  const row = { figure, unit, points };
  if (costOf === undefined) return row;
  const grows = growth(points.map(({ input, value }) => ({ input, cost: costOf(value) })));
  return { ...row, value: grows, goal: `≤ ${MOST_GROWTH}`, reached: grows <= MOST_GROWTH };
}

/** The cost that belongs to a speed. */
export const perUnit = (rate) => 1 / rate;
/** Of what is a cost itself. */
export const itself = (value) => value;
