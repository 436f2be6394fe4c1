// Contenders for `compare` that deliver alerts to a server.
import { appendFileSync } from 'node:fs';
import { Agent, request } from 'undici';

/** The baseline: posts ready-made bodies, so many at a time, and reads the answers. */
export function posting(origin, bodies, concurrency) {
  const dispatcher = new Agent({ connections: concurrency });
  const options = { method: 'POST', headers: { 'content-type': 'application/json' }, dispatcher };
  return async () => {
    let next = 0;
    const work = async () => {
      while (next < bodies.length) {
        const body = bodies[next];
        next += 1;
        const response = await request(`${origin}/bare`, { ...options, body });
        await response.body.text();
      }
    };
    await Promise.all(Array.from({ length: concurrency }, work));
    return bodies.length;
  };
}

/** The lanes of an engine: what is stored already is delivered, and settled on the disk. */
export function delivering(engine, alerts) {
  return async () => {
    engine.store(alerts);
    const from = performance.now();
    await engine.deliver(alerts.length);
    return { units: alerts.length, ms: performance.now() - from };
  };
}

/**
 * A running daemon: alerts are appended to its file all at once, and read, stored and delivered.
 * @param deliveries how many come of each alert.
 */
export function throughDaemon(home, server, lines, deliveries = 1) {
  const text = lines.map((line) => `${line}\n`).join('');
  const units = lines.length * deliveries;
  return async () => {
    const all = server.reached((await server.count()) + units);
    const from = performance.now();
    appendFileSync(home.alerts, text);
    await all;
    return { units, ms: performance.now() - from };
  };
}
