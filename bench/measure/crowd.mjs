// How long alerts take to 50 integrations that work, beside 450 that hang, refuse or cannot be reached.
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { alertLines } from '../lib/alerts.mjs';
import { startDaemon } from '../lib/daemon.mjs';
import { createHome } from '../lib/home.mjs';
import { atMost } from '../lib/rows.mjs';
import { median, quantile } from '../lib/stats.mjs';

const SIZES = {
  full: { healthy: 50, broken: 450, seconds: 30 },
  quick: { healthy: 50, broken: 450, seconds: 15 },
  smoke: { healthy: 2, broken: 18, seconds: 0.1 },
};
const PER_SECOND = 200;
/** Of the broken ones, each alert concerns so many. */
const BROKEN_PER_ALERT = 9;
const TICK_MS = 2;

export async function measure({ project, directory, size }) {
  const { healthy, broken, seconds } = SIZES[size];
  const total = PER_SECOND * seconds;
  const arrivals = new Map();
  let complete;
  const all = new Promise((resolve) => {
    complete = resolve;
  });
  const working = await answering(200, (body) => {
    const number = Number(/alert-(\d+)/.exec(body)?.[1]);
    if (!arrivals.has(number)) arrivals.set(number, performance.now());
    if (arrivals.size >= total) complete();
  });
  const refusing = await answering(403);
  const failing = await answering(500);
  const silent = await listening(createServer((socket) => socket.on('error', () => {})));
  const bad = [
    silent.origin,
    refusing.origin,
    failing.origin,
    'http://127.0.0.1:1', // nothing listens there
    'http://no-such-name.invalid',
  ];
  const home = createHome(join(directory, 'home'), {
    blocks: [
      ...Array.from({ length: healthy }, (_, i) => block(working.origin, `good${i}`)),
      ...Array.from({ length: broken }, (_, i) => block(bad[i % bad.length], `bad${i}`)),
    ].join('\n'),
    settings: 'outbox: { max_megabytes: 1024 }\n',
  });
  const daemon = await startDaemon(project, home);
  const lines = alertLines({ count: total, seed: 5 }).map((line, number) => {
    const groups = [`alert-${number}`, `good${number % healthy}`];
    for (let i = 0; i < BROKEN_PER_ALERT; i += 1) {
      groups.push(`bad${(number * BROKEN_PER_ALERT + i) % broken}`);
    }
    const alert = JSON.parse(line);
    return `${JSON.stringify({ ...alert, rule: { ...alert.rule, groups } })}\n`;
  });
  const written = [];
  const begin = performance.now();
  while (written.length < total) {
    const due = Math.min(total, ((performance.now() - begin) / 1000) * PER_SECOND);
    while (written.length < due) {
      const line = lines[written.length];
      written.push(performance.now());
      appendFileSync(home.alerts, line);
    }
    await sleep(TICK_MS);
  }
  await all;
  await daemon.stop();
  for (const server of [working, refusing, failing, silent]) server.close();
  const milliseconds = written.map((at, number) => arrivals.get(number) - at);
  const figure = `${PER_SECOND} alerts/s for ${healthy} integrations beside ${broken} broken ones, append to arrival`;
  return [
    atMost(`${figure}, median`, 'ms', median(milliseconds), 25),
    atMost(`${figure}, p99`, 'ms', quantile(milliseconds, 0.99), 250),
  ];
}

function block(origin, group) {
  return `<integration><name>shuffle</name><hook_url>${origin}/${group}</hook_url>
  <group>${group}</group><alert_format>json</alert_format></integration>`;
}

/** A web server with one answer. It tells what it is sent as soon as that has arrived. */
function answering(status, arrived = () => undefined) {
  return listening(
    createHttpServer((request, response) => {
      const chunks = [];
      request.on('data', (chunk) => chunks.push(chunk));
      request.on('end', () => {
        arrived(Buffer.concat(chunks).toString());
        response.writeHead(status).end('ok');
      });
    }),
  );
}

async function listening(server) {
  const sockets = new Set();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1', 1024);
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
