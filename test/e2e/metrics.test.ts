import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { Daemon } from '../../src/app/daemon.ts';
import { silentLog } from '../../src/core/log.ts';
import { Scrubber } from '../../src/core/secret.ts';
import { METRICS } from '../../src/telemetry/metric-names.ts';
import { alertLine, createHome, type Home } from '../support/home.ts';
import { integratord, until } from '../support/program.ts';
import { Sink } from '../support/sink.ts';

let home: Home;
let sink: Sink;
let daemon: Daemon;

afterEach(async () => {
  await daemon.stop(0);
  await sink.close();
  home.remove();
});

/** The samples in a metrics text, without the prefix. */
async function samples(): Promise<Map<string, number>> {
  const lines = (await daemon.measuring.metrics.text())
    .split('\n')
    .filter((line) => line.startsWith('integratord_'));
  return new Map(
    lines.map((line) => {
      const space = line.lastIndexOf(' ');
      return [line.slice('integratord_'.length, space), Number(line.slice(space + 1))];
    }),
  );
}

it('measures a daemon from reading to delivery', async () => {
  sink = await Sink.start(({ body }) =>
    body.includes('alert 2') ? { status: 400, body: 'no' } : { status: 200, body: 'ok' },
  );
  const { url } = sink;
  home = createHome(
    `<integration><name>slack</name><hook_url>${url}/services/T/B/X</hook_url>` +
      '<alert_format>json</alert_format></integration>' +
      '<integration><name>custom-missing</name></integration>' +
      `<integration><name>virustotal</name><api_key>${'e93facc0'.repeat(8)}</api_key></integration>`,
  );
  const settings = join(home.path, 'etc', 'integratord.yaml');
  writeFileSync(settings, 'integrations:\n  slack: { storm: { above: 1000, in: 5m } }\n');
  const started = await Daemon.start({
    paths: { ...home, home: home.path, settings },
    fromStart: true,
    env: {},
    log: silentLog,
    scrubber: new Scrubber(),
    reinject: { kind: 'none' },
  });
  if (!(started instanceof Daemon)) throw new Error(started.kind);
  daemon = started;

  const before = await samples();
  expect(before.get('attempts_total{integration="slack",outcome="retry",reason="timeout"}')).toBe(
    0,
  );
  expect(before.get('deliveries_settled_total{integration="slack",outcome="dead"}')).toBe(0);

  home.append(alertLine(1), alertLine(2), 'not an alert', alertLine(3));
  const isSettled = (now: Map<string, number>) =>
    now.get('deliveries_settled_total{integration="slack",outcome="delivered"}') === 2 &&
    now.get('deliveries_settled_total{integration="slack",outcome="dead"}') === 1;
  let now = before;
  await until(() => {
    void samples().then((read) => {
      now = read;
    });
    return isSettled(now);
  }, 'three deliveries have ended');

  const text = await daemon.measuring.metrics.text();
  expect(Object.fromEntries(now)).toMatchObject({
    'alerts_read_total{source="file"}': 4,
    'alerts_read_bytes_total{source="file"}':
      [1, 2, 3].reduce((bytes, number) => bytes + alertLine(number).length + 1, 0) + 13,
    'alerts_unreadable_total{why="invalid JSON"}': 1,
    'alerts_matched_total{integration="slack"}': 3,
    'verdicts_total{integration="slack",verdict="send"}': 3,
    'verdicts_total{integration="slack",verdict="skip"}': 0,
    'attempts_total{integration="slack",outcome="delivered",reason=""}': 2,
    'attempt_duration_seconds_count{integration="slack"}': 3,
    'delivery_delay_seconds_count{integration="slack"}': 2,
    'deliveries{integration="slack",state="dead"}': 1,
    'deliveries{integration="slack",state="pending"}': 0,
    'oldest_pending_seconds{integration="slack"}': 0,
    'lane_state{integration="slack",state="working"}': 1,
    'lane_state{integration="custom-missing",state="parked"}': 1,
    'read_lag_bytes{source="file"}': 0,
    'reading_blocked{why="outbox_failing"}': 0,
    'reading_blocked{why="missing"}': 0,
    config_last_reload_successful: 1,
    'quota_remaining{integration="virustotal",window="day"}': 500,
    'enrichment_cache_total{integration="virustotal",result="negative"}': 0,
    'bundle_alerts_count{integration="slack",kind="storm"}': 0,
    'silences{state="active"}': 0,
    scripts_running: 0,
  });
  expect(now.get('outbox_bytes')).toBeGreaterThan(0);
  expect(now.get('outbox_limit_bytes')).toBeGreaterThan(now.get('outbox_bytes') ?? 0);
  expect(now.get('outbox_wal_bytes')).toBeGreaterThan(0);
  expect(now.get('outbox_commit_duration_seconds_count')).toBeGreaterThan(0);
  expect(now.get('last_read_timestamp_seconds{source="file"}')).toBeGreaterThan(1.7e9);
  const unfed = Object.keys(METRICS).filter(
    (name) => !new RegExp(`^integratord_${name}(_count)?[{ ]`, 'm').test(text),
  );
  // Fed where `canary` is set, which has a test of its own: test-alerts.test.ts.
  expect(unfed).toEqual(['canary_last_success_timestamp_seconds']);
  expect(text).toContain('nodejs_eventloop_lag_seconds');
  expect(text).not.toContain(url);

  const dropping = [
    'queue',
    'drop',
    '--integration',
    'custom-missing',
    '--state',
    'parked',
    '--yes',
  ];
  expect((await integratord([...dropping, '--home', home.path])).code).toBe(0);
  const dropped = 'deliveries_settled_total{integration="custom-missing",outcome="dropped"}';
  await until(async () => (await samples()).get(dropped) === 3, 'the drop is counted');

  home.configure('<integration><name>slack</name>');
  daemon.reload();
  expect((await samples()).get('config_last_reload_successful')).toBe(0);
});

it('takes little time to write them for 200 integrations', async () => {
  sink = await Sink.start(() => ({ status: 200, body: 'ok' }));
  const block = `<integration><name>slack</name><hook_url>${sink.url}/services/T/B/X</hook_url></integration>`;
  home = createHome(block.repeat(200));
  const started = await Daemon.start({
    paths: { ...home, home: home.path, settings: undefined },
    fromStart: true,
    env: {},
    log: silentLog,
    scrubber: new Scrubber(),
    reinject: { kind: 'none' },
  });
  if (!(started instanceof Daemon)) throw new Error(started.kind);
  daemon = started;
  const took: number[] = [];
  let text = '';
  for (let round = 0; round < 40; round += 1) {
    const began = performance.now();
    text = await daemon.measuring.metrics.text();
    took.push(performance.now() - began);
  }
  expect(text).toContain('integration="slack#200"');
  // The least of them: another program may have had the processor meanwhile.
  expect(Math.min(...took)).toBeLessThan(20);
});
