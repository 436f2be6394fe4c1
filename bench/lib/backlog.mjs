import { alertLines } from './alerts.mjs';

const PER_COMMIT = 5000;

/** Stores so many deliveries in an engine, divided among its lanes, while none of them works. */
export function fill(engine, count) {
  const alerts = alertLines({ count: Math.min(count, PER_COMMIT), bytes: 1024 });
  const raws = alerts.map((line) => Buffer.from(line));
  for (let left = count; left > 0; left -= raws.length) engine.store(raws.slice(0, left));
}
