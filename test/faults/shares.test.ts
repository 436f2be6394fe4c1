import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { alertLine, createHome, type Home } from '../support/home.ts';
import { DaemonProcess, integratord, until } from '../support/program.ts';
import { Sink } from '../support/sink.ts';

/** Alerts of about 2 KB: three times what the outbox may hold. */
const ALERTS = 24_000;

let home: Home;
let healthy: Sink;
let broken: Sink;
beforeEach(async () => {
  healthy = await Sink.start(() => ({ status: 200, body: '{"success": true}' }));
  broken = await Sink.start(() => ({ status: 403, body: 'invalid_token' }));
  const block = (name: string, url: string) =>
    `<integration><name>${name}</name><hook_url>${url}/x</hook_url><alert_format>json</alert_format></integration>`;
  home = createHome(block('shuffle', healthy.url) + block('slack', broken.url));
  writeFileSync(
    join(home.path, 'etc', 'integratord.yaml'),
    'outbox: { max_megabytes: 16 }\nintegrations:\n  shuffle: { concurrency: 16 }\n  slack: { concurrency: 16 }\n',
  );
  onTestFinished(async () => {
    await Promise.all([healthy.close(), broken.close()]);
    home.remove();
  });
});

/** Appends alerts, so many at a time. */
function append(from: number, count: number): void {
  const pad = 'x'.repeat(1700);
  const lines = Array.from({ length: count }, (_, i) =>
    alertLine(from + i).replace('"full_log":"', `"full_log":"${pad}`),
  );
  home.append(...lines);
}

const retry = () => integratord(['queue', 'retry', '--home', home.path, '--integration', 'slack']);

it('an integration that is parked takes nothing from the others, and gets everything later', async () => {
  const daemon = await DaemonProcess.start(home.path);
  onTestFinished(() => daemon.kill());
  for (let from = 0; from < ALERTS; from += 2000) append(from, 2000);
  await until(() => healthy.requests.length >= ALERTS, 'the healthy one has got all of them');
  expect(new Set(healthy.numbers).size).toBe(ALERTS);
  await daemon.logged(
    'an integration has used up its share of the outbox; its alerts wait in the alert file',
  );
  expect(statSync(join(home.state, 'outbox.db')).size).toBeLessThan(20 * 2 ** 20);
  const { stdout } = await integratord(['queue', 'stats', '--home', home.path]);
  expect(stdout).toMatch(/slack has used up its share of the outbox/);

  // It is killed while it is behind, and everything goes on from there.
  await daemon.kill();
  broken.requests.length = 0;
  broken.answer = () => ({ status: 200, body: 'ok' });
  const again = await DaemonProcess.start(home.path);
  onTestFinished(() => void again.kill());
  await retry();
  await until(() => new Set(broken.numbers).size >= ALERTS, 'the broken one has got all of them');
  await again.logged('an integration has caught up');
  append(ALERTS, 1);
  await until(() => broken.numbers.includes(ALERTS), 'it gets what is read again');
  expect(broken.requests.length).toBe(ALERTS + 1);
  expect(await again.stop()).toBe(0);
});
