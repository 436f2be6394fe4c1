import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { alertLine, createHome } from '../support/home.ts';
import { DaemonProcess, integratord, until } from '../support/program.ts';
import { Sink } from '../support/sink.ts';

/** Integrations that work, and such that do not. */
const HEALTHY = 50;
const BROKEN = 450;
/** Of the broken ones, each alert concerns so many. */
const BROKEN_PER_ALERT = 9;
const ALERTS = 2000;

/** Accepts connections and says nothing, ever. */
async function blackHole(): Promise<{ readonly url: string; close(): void }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

it('450 integrations that hang, refuse, park or have no address do not delay 50 others', async () => {
  const arrived = new Set<number>();
  const sink = await Sink.start(({ body }) => {
    arrived.add(Number(/alert (\d+)/.exec(body)?.[1]));
    return { status: 200, body: '{"success": true}' };
  });
  const refusing = await Sink.start(() => ({ status: 403, body: 'no' }));
  const failing = await Sink.start(() => ({ status: 500, body: 'not now' }));
  const hole = await blackHole();
  onTestFinished(async () => {
    hole.close();
    await Promise.all([sink.close(), refusing.close(), failing.close()]);
  });
  const bad = [
    hole.url,
    refusing.url,
    failing.url,
    'http://127.0.0.1:1', // nothing listens there
    'http://no-such-name.invalid',
  ];
  const group = (kind: string, index: number) => `${kind}${index}`;
  const block = (url: string, name: string) =>
    `<integration><name>shuffle</name><hook_url>${url}/${name}</hook_url><group>${name}</group><alert_format>json</alert_format></integration>\n`;
  const blocks = [
    ...Array.from({ length: HEALTHY }, (_, i) => block(sink.url, group('good', i))),
    ...Array.from({ length: BROKEN }, (_, i) =>
      block(bad[i % bad.length] as string, group('bad', i)),
    ),
  ];
  const home = createHome(blocks.join(''));
  onTestFinished(() => home.remove());
  writeFileSync(join(home.path, 'etc', 'integratord.yaml'), 'outbox: { max_megabytes: 1024 }\n');
  const daemon = await DaemonProcess.start(home.path, ['--log-level', 'info']);
  onTestFinished(() => daemon.kill());

  for (let number = 0; number < ALERTS; number += 1) {
    const groups = [group('good', number % HEALTHY)];
    for (let i = 0; i < BROKEN_PER_ALERT; i += 1) {
      groups.push(group('bad', (number * BROKEN_PER_ALERT + i) % BROKEN));
    }
    home.append(alertLine(number, { groups }));
  }
  await until(() => arrived.size >= ALERTS, 'the healthy ones have got all of theirs');
  // How soon they do is what `npm run bench -- --only crowd` measures.
  const { stdout } = await integratord(['queue', 'stats', '--json', '--home', home.path]);
  const counts = Object.values(JSON.parse(stdout) as Record<string, { pending?: number }>);
  const waiting = counts.filter(({ pending = 0 }) => pending > 0);
  expect(waiting.length, 'broken ones whose alerts wait').toBeGreaterThan(BROKEN / 2);
});
