import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { alertLine, createHome } from '../support/home.ts';
import { DaemonProcess, integratord, until } from '../support/program.ts';
import { Sink } from '../support/sink.ts';

/** A manager with Slack, and the titles of what has arrived. */
async function scene(settings: string) {
  const titles: string[] = [];
  const sink = await Sink.start(({ body }) => {
    const { attachments } = JSON.parse(body) as { attachments: { title: string }[] };
    titles.push(attachments[0]?.title ?? '');
    return { status: 200, body: 'ok' };
  });
  onTestFinished(() => sink.close());
  const home = createHome(
    `<integration><name>slack</name><hook_url>${sink.url}</hook_url><alert_format>json</alert_format></integration>`,
  );
  onTestFinished(() => home.remove());
  const configure = (text: string) => {
    writeFileSync(join(home.path, 'etc', 'integratord.yaml'), text);
  };
  configure(settings);
  const stats = async () => {
    const { stdout } = await integratord(['queue', 'stats', '--json', '--home', home.path]);
    return (JSON.parse(stdout) as Record<string, Record<string, number>>)['slack'];
  };
  return { home, titles, configure, stats };
}

it('tells of repeats in one message, over a kill, and sends what is urgent at once', async () => {
  const { home, titles, stats } = await scene(
    'integrations:\n  slack:\n    throttle: { same: rule.id, every: 3s }\n    urgent: 12\n',
  );
  const daemon = await DaemonProcess.start(home.path);
  onTestFinished(() => daemon.kill());
  for (let number = 1; number <= 5; number += 1) home.append(alertLine(number));
  home.append(alertLine(6, { level: 12 }));
  await until(() => titles.length === 2, 'the first and the urgent one have arrived');
  expect(titles.toSorted()).toEqual(['alert 1', 'alert 6']);
  await until(async () => (await stats())?.['delivered'] === 2, 'that is stored');
  await daemon.kill();

  const again = await DaemonProcess.start(home.path);
  onTestFinished(() => again.kill());
  home.append(alertLine(7));
  await until(async () => {
    const { held, covered = 0, delivered = 0 } = (await stats()) ?? {};
    return held === 0 && covered + delivered === 7;
  }, 'all are accounted for');
  // On a slow machine the period is over before the last one is read.
  const told = titles
    .slice(2)
    .map((title) => Number(/^again (\d+) times, [\d:–]+, /.exec(title)?.[1]));
  expect(told.reduce((sum, count) => sum + count, 0)).toBe(5);

  const why = await integratord(['explain', '1787224951.3', '--json', '--home', home.path]);
  expect(JSON.parse(why.stdout)).toMatchObject({
    integrations: [
      {
        id: 'slack',
        verdict: 'throttle',
        chain: [{ stage: 'throttle', pass: false, found: ['5712'] }],
        deliveries: [{ state: 'covered', attempts: [{ outcome: 'delivered' }], bundle: { id: 1 } }],
      },
    ],
  });

  const { stdout } = await integratord(['queue', 'list', '--json', '--home', home.path]);
  const rows = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .toReversed();
  expect(rows.map(({ verdict }) => verdict)).toEqual([
    null,
    ...Array.from({ length: 4 }, () => 'throttle'),
    null,
    'throttle',
  ]);
  const bundle = String(rows[1]?.['bundle']);
  const listed = await integratord(['queue', 'list', '--bundle', bundle, '--home', home.path]);
  expect(listed.stdout.trim().split('\n')).toHaveLength(1 + (told[0] ?? 0));
  expect(await again.stop()).toBe(0);
});

it('sends a digest, and what a reload sets free', async () => {
  const { home, titles, configure } = await scene(
    'integrations:\n  slack:\n    digest: { by: rule.id, every: 1h, at_most: 3 }\n',
  );
  const daemon = await DaemonProcess.start(home.path);
  onTestFinished(() => daemon.kill());
  for (let number = 1; number <= 5; number += 1) home.append(alertLine(number, { level: number }));
  await until(() => titles.length === 1, 'the full digest has arrived');
  expect(titles[0]).toMatch(/^3 alerts, .*highest level 3/);
  configure('integrations:\n  slack: {}\n');
  daemon.signal('SIGHUP');
  await until(() => titles.length === 2, 'what was held has arrived');
  expect(titles[1]).toMatch(/^2 alerts, .*highest level 5/);
  home.append(alertLine(6));
  await until(() => titles.length === 3, 'the next one is sent at once');
  expect(titles[2]).toBe('alert 6');
});

it('tells of a flood, and covers it', async () => {
  const { home, titles, stats } = await scene(
    'integrations:\n  slack:\n    storm: { above: 3, in: 15s }\n',
  );
  const daemon = await DaemonProcess.start(home.path);
  onTestFinished(() => daemon.kill());
  for (let number = 1; number <= 50; number += 1) home.append(alertLine(number));
  await until(() => titles.some((title) => title.startsWith('Too many')), 'it is told');
  await until(async () => {
    const { held = 0, delivered = 0 } = (await stats()) ?? {};
    return held + delivered === 51;
  }, 'all are accounted for');
  expect(titles.length).toBeLessThanOrEqual(4);
  const status = await integratord(['status', '--json', '--home', home.path]);
  const { integrations } = JSON.parse(status.stdout) as {
    integrations: { state: string; next_attempt_at: string }[];
  };
  // The message of the minute, and not the next look at whether it is over.
  const next = Date.parse(integrations[0]?.next_attempt_at ?? '') - Date.now();
  expect([integrations[0]?.state, next > 20_000, next < 60_000]).toEqual(['storm', true, true]);
});

it('holds alerts outside of hours, and releases them with the hours', async () => {
  const hour = new Date().getUTCHours();
  const never = `times:\n  later: { hours: "${pad(hour + 2)}:00-${pad(hour + 3)}:00", zone: UTC }\n`;
  const { home, titles, configure, stats } = await scene(
    `${never}integrations:\n  slack:\n    at: later\n    outside: digest\n`,
  );
  const daemon = await DaemonProcess.start(home.path);
  onTestFinished(() => daemon.kill());
  for (let number = 1; number <= 3; number += 1) home.append(alertLine(number));
  await until(async () => (await stats())?.['held'] === 3, 'they are held');
  configure(
    'times:\n  later: { hours: "00:00-24:00", zone: UTC }\nintegrations:\n  slack:\n    at: later\n    outside: digest\n',
  );
  daemon.signal('SIGHUP');
  await until(() => titles.length === 1, 'they have arrived');
  expect(titles[0]).toMatch(/^3 alerts outside of hours/);
});

const pad = (hour: number) => String(hour % 24).padStart(2, '0');
