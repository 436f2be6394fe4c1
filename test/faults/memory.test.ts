import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { CountingServer } from '../support/counting-server.ts';
import { alertLine, createHome, type Home } from '../support/home.ts';
import { LARGE_KINDS, type LargeKind, LONGEST_LINE, largeAlert } from '../support/large-alerts.ts';
import { MemoryGroup, noMemoryGroups } from '../support/memory-group.ts';
import { DaemonProcess, until } from '../support/program.ts';

/** What the documentation promises to suffice. */
const MEGABYTES = 300;
/** It reads little, as its own memory counts here too. */
const SCRIPT = '#!/bin/sh\nhead -c 4096 "$1" | grep -o -m 1 "alert [0-9]*" >> ran\n';

const ANSWERS: Readonly<Record<string, [status: number, body: string]>> = {
  slack: [200, 'ok'],
  shuffle: [200, '{"success":true}'],
  pagerduty: [202, '{"status":"success","message":"Event processed","dedup_key":"x"}'],
};

let home: Home | undefined;
let server: CountingServer | undefined;
let daemon: DaemonProcess | undefined;

afterEach(async () => {
  await daemon?.kill();
  await server?.close();
  home?.remove();
  daemon = undefined;
});

/** `/slack/3` is answered, `/hanging/3` never. */
function answerTo(path: string): [status: number, body: string] | 'never' {
  return ANSWERS[path.split('/')[1] ?? ''] ?? 'never';
}

function integration(name: string, path: string, more = ''): string {
  return `<integration><name>${name}</name><hook_url>${server?.url}${path}</hook_url>${more}<alert_format>json</alert_format></integration>`;
}

/** A daemon with several integrations of each kind, and one script; `hanging` of them get no answer. */
async function startDaemon({ each, hanging = 0 }: { each: number; hanging?: number }) {
  server = await CountingServer.start(answerTo);
  const numbers = Array.from({ length: each }, (_, i) => i);
  const paths = numbers.flatMap((i) => [`/slack/${i}`, `/shuffle/${i}`, `/pagerduty/${i}`]);
  const blocks = numbers.flatMap((i) => [
    integration('slack', `/slack/${i}`),
    integration('shuffle', `/shuffle/${i}`),
    integration('pagerduty', `/pagerduty/${i}`, '<api_key>0123456789abcdef</api_key>'),
  ]);
  for (let i = 0; i < hanging; i += 1) blocks.push(integration('shuffle', `/hanging/${i}`));
  home = createHome(
    [
      ...blocks,
      '<integration><name>custom-x</name><alert_format>json</alert_format></integration>',
    ].join('\n'),
  );
  home.addScript('custom-x', SCRIPT);
  const group = MemoryGroup.forTest(MEGABYTES);
  daemon = await DaemonProcess.start(home.path, [], {}, group.launcher);
  return { paths, group, home, daemon, server };
}

function ran(home: Home): Set<number> {
  const file = join(home.path, 'ran');
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  return new Set([...text.matchAll(/alert (\d+)/g)].map(([, number]) => Number(number)));
}

/** Waits until some alerts are everywhere; ends at once when the daemon does. */
async function deliveredEverywhere(
  count: number,
  { paths, home, server, group, daemon }: Awaited<ReturnType<typeof startDaemon>>,
): Promise<number> {
  let highest = 0;
  let hasEnded = false;
  void daemon.exited.then(() => {
    hasEnded = true;
  });
  await until(() => {
    highest = Math.max(highest, group.residentBytes);
    if (hasEnded || group.kills > 0) return true;
    return ran(home).size === count && paths.every((path) => server.arrived(path).size === count);
  }, `${count} alerts are delivered everywhere`);
  if (hasEnded) throw new Error(`the daemon ended:\n${daemon.output.slice(-2000)}`);
  expect(group.kills).toBe(0);
  return highest / 2 ** 20;
}

function appendLarge(home: Home, count: number, kinds: readonly LargeKind[], bytes?: number) {
  const lines = kinds.map((kind) => largeAlert(0, kind, bytes));
  for (let i = 0; i < count; i += 1) {
    const line = lines[i % lines.length] as string;
    appendFileSync(
      home.alerts,
      `${line.replace('alert 0', `alert ${i}`).replace('.0"', `.${i}"`)}\n`,
    );
  }
}

describe.skipIf(noMemoryGroups)(`with ${MEGABYTES} MB of memory`, () => {
  it('40 alerts as long as a line may be arrive everywhere', async () => {
    const running = await startDaemon({ each: 1 });
    appendLarge(running.home, 40, LARGE_KINDS);
    await deliveredEverywhere(40, running);
    const whole = running.server.requests.filter(({ path }) => path === '/shuffle/0');
    expect(Math.min(...whole.map(({ bytes }) => bytes))).toBeGreaterThan(0.9 * LONGEST_LINE);
  });

  it('large alerts of many integrations arrive, also while services do not even read them', async () => {
    const running = await startDaemon({ each: 15, hanging: 4 });
    appendLarge(running.home, 2, ['umlauts', 'log']);
    appendLarge(running.home, 8, ['log', 'objects', 'quotes'], 900_000);
    expect(await deliveredEverywhere(8, running)).toBeLessThan(MEGABYTES);
  });

  it('large and small alerts arrive while others hang with theirs', async () => {
    const running = await startDaemon({ each: 1, hanging: 3 });
    appendLarge(running.home, 8, ['log', 'members']);
    running.home.append(alertLine(1000, { level: 12 }));
    expect(await deliveredEverywhere(9, running)).toBeLessThan(MEGABYTES);
  });
});
