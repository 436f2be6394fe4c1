/** The value below which such a share (0 to 1) of the values lies. */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

export function median(values) {
  return quantile(values, 0.5);
}

/**
 * Measures several things in turn, so that a machine that is busy for a while is so for all of them.
 * Each contender does its work and returns how many units of it, or `{ units, ms }` where not all of
 * its time counts. The first round only warms up.
 * @returns for each its median rate per second, the rates of all rounds, and the median, over the
 *   rounds, of its rate divided by that of the contender named `baseline`.
 */
export async function compare(contenders, { rounds }) {
  const names = Object.keys(contenders);
  const rates = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    // To and fro, so that none always has to clean up after the same other one.
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const from = performance.now();
      const result = await contenders[name]();
      const { units, ms = performance.now() - from } =
        typeof result === 'number' ? { units: result } : result;
      if (round > 0) rates[name].push((units * 1000) / ms);
    }
  }
  const summary = (name) => ({
    rate: median(rates[name]),
    rates: rates[name],
    ratio: median(rates[name].map((rate, i) => rate / (rates.baseline?.[i] ?? rate))),
  });
  return Object.fromEntries(names.map((name) => [name, summary(name)]));
}

/**
 * How a cost grows with its input: 1 is in proportion, less is better. The worst step from one input
 * to the next counts, so that a bend at the end does not hide behind a flat beginning.
 * @param points `{ input, cost }`, by rising input.
 */
export function growth(points) {
  const steps = points.slice(1).map((point, i) => {
    const before = points[i];
    return point.cost / before.cost / (point.input / before.input);
  });
  return Math.max(...steps);
}
