import { describe, expect, it } from 'vitest';
import { FakeDestination, GONE, SERVER_ERROR } from '../../test/support/fake-destination.ts';
import { LaneBench } from '../../test/support/lane-bench.ts';
import type { Integration } from '../core/integration.ts';
import { LaneMetrics, type RunningScripts } from './lane-metrics.ts';
import { Metrics } from './metrics.ts';

const REJECTED = { kind: 'reject', reason: 'client_error', status: 400 } as const;

function measuredBench(destination: FakeDestination, settings: Integration['settings'] = {}) {
  const bench = new LaneBench();
  const metrics = new Metrics();
  const running: RunningScripts = { count: 0 };
  const observer = new LaneMetrics(metrics, 'slack', bench.clock, running);
  bench.observer = observer;
  const lane = bench.lane(destination, { settings });
  /** The value of a sample; undefined when there is no such series. */
  const value = async (series: string) => {
    const line = (await metrics.text()).split('\n').find((text) => text.startsWith(`${series} `));
    return line === undefined ? undefined : Number(line.slice(series.length));
  };
  return { bench, lane, value, observer, running };
}

const attempts = (outcome: string, reason: string) =>
  `integratord_attempts_total{integration="slack",outcome="${outcome}",reason="${reason}"}`;

describe('the metrics of a lane', () => {
  it('hold every failure reason at 0 before the first attempt', async () => {
    const { value } = measuredBench(new FakeDestination());
    expect(await value(attempts('retry', 'server_error'))).toBe(0);
    expect(await value(attempts('park', 'auth'))).toBe(0);
    expect(await value('integratord_attempt_duration_seconds_count{integration="slack"}')).toBe(0);
  });

  it('count attempts by outcome and reason, and deliveries once', async () => {
    const { bench, lane, value } = measuredBench(
      new FakeDestination().script(SERVER_ERROR, SERVER_ERROR).script(REJECTED),
    );
    bench.give(lane, 'a');
    await bench.finish();
    expect(await value(attempts('retry', 'server_error'))).toBe(2);
    expect(await value(attempts('reject', 'client_error'))).toBe(1);
    const settled = 'integratord_deliveries_settled_total{integration="slack"';
    expect(await value(`${settled},outcome="dead"}`)).toBe(1);
    expect(await value(`${settled},outcome="delivered"}`)).toBe(0);
  });

  it("measure the delay from the alert's timestamp", async () => {
    const { bench, lane, value } = measuredBench(new FakeDestination());
    const written = new Date(bench.clock.now() - 90_000).toISOString();
    bench.give(lane, `{"timestamp":"${written}"}`, '{"no":"timestamp"}');
    await bench.finish();
    const delays = 'integratord_delivery_delay_seconds';
    expect(await value(`${delays}_count{integration="slack"}`)).toBe(1);
    expect(await value(`${delays}_sum{integration="slack"}`)).toBeCloseTo(90, 0);
  });

  it('count how long the rate limit held the lane', async () => {
    const { bench, lane, value } = measuredBench(new FakeDestination(), {
      rateLimit: { count: 1, seconds: 10, burst: 1 },
    });
    bench.give(lane, 'a', 'b', 'c');
    await bench.finish();
    const waited = await value('integratord_rate_limit_wait_seconds_total{integration="slack"}');
    expect(waited).toBeCloseTo(20, 0);
  });
});

const settled = (outcome: string) =>
  `integratord_deliveries_settled_total{integration="slack",outcome="${outcome}"}`;
const bundles = (metric: string, kind: string) =>
  `integratord_${metric}{integration="slack",kind="${kind}"}`;

describe('what ends without an attempt of its own', () => {
  it('is covered by a message about several, or dies with it', async () => {
    const { observer, value } = measuredBench(new FakeDestination());
    const ended = { raw: undefined, bundle: { kind: 'storm', count: 5 } } as const;
    observer.settled('delivered', ended);
    expect(await value(settled('delivered'))).toBe(1);
    expect(await value(settled('covered'))).toBe(4);
    expect(await value(bundles('bundles_sent_total', 'storm'))).toBe(1);
    expect(await value(bundles('bundles_sent_total', 'digest'))).toBe(0);
    expect(await value(bundles('bundle_alerts_sum', 'storm'))).toBe(5);
    observer.settled('dead', ended);
    expect(await value(settled('dead'))).toBe(5);
    expect(await value(bundles('bundles_sent_total', 'storm'))).toBe(1);
  });

  it('of a silence has ended when its receipt is sent', async () => {
    const { observer, value } = measuredBench(new FakeDestination());
    observer.silenced();
    observer.settled('delivered', { raw: undefined, bundle: { kind: 'silence', count: 1 } });
    expect(await value(settled('silenced'))).toBe(1);
    expect(await value(settled('covered'))).toBe(0);
    expect(await value(bundles('bundles_sent_total', 'silence'))).toBe(1);
  });
});

describe('what only some integrations have', () => {
  const COUNT = 'integratord_script_duration_seconds_count{integration="slack"}';
  const lookUps = (result: string) =>
    `integratord_enrichment_cache_total{integration="slack",result="${result}"}`;

  it('is there at 0 for those, and not for others', async () => {
    const { observer, value } = measuredBench(new FakeDestination());
    const all = [COUNT, lookUps('negative'), bundles('bundle_alerts_count', 'time')];
    for (const series of all) expect(await value(series)).toBeUndefined();
    observer.prepare({ runsScripts: true, enriches: true, bundles: true });
    for (const series of all) expect(await value(series)).toBe(0);
  });

  it('counts scripts while they run, and how long they did', async () => {
    const { bench, observer, running, value } = measuredBench(new FakeDestination());
    const [first, second] = [observer.scriptBegan(), observer.scriptBegan()];
    expect(running.count).toBe(2);
    await bench.clock.advance(3000);
    first();
    second();
    expect(running.count).toBe(0);
    expect(await value(COUNT)).toBe(2);
    expect(await value('integratord_script_duration_seconds_sum{integration="slack"}')).toBe(6);
  });

  it('counts look-ups by what the cache knew', async () => {
    const { observer, value } = measuredBench(new FakeDestination());
    for (const result of ['miss', 'hit', 'hit', 'negative'] as const) observer.lookedUp(result);
    expect(await value(lookUps('hit'))).toBe(2);
    expect(await value(lookUps('miss'))).toBe(1);
  });
});

it('counts once how long a service asks to wait, whoever it tells', async () => {
  const destination = new FakeDestination();
  const { bench, lane, value } = measuredBench(destination, { concurrency: 2 });
  const notBefore = bench.clock.now() + 60_000;
  const limited = { kind: 'retry', reason: 'rate_limited', notBefore } as const;
  destination.script(limited).script(limited);
  bench.give(lane, 'a', 'b');
  await bench.finish();
  const asked = await value('integratord_retry_after_seconds_total{integration="slack"}');
  expect(asked).toBeGreaterThan(59);
  expect(asked).toBeLessThanOrEqual(60);
});

describe('the state of a lane', () => {
  it('is working while all is well', async () => {
    const { bench, lane } = measuredBench(new FakeDestination());
    expect(lane.state).toBe('working');
    bench.give(lane, 'a');
    await bench.finish();
    expect(lane.state).toBe('working');
    await lane.stop(0);
    expect(lane.state).toBe('not_running');
  });

  it('is backing_off after failures, and working again when the service is back', async () => {
    const destination = new FakeDestination();
    destination.otherwise = SERVER_ERROR;
    const { bench, lane } = measuredBench(destination);
    bench.give(lane, 'a', 'b', 'c', 'd', 'e', 'f');
    await bench.clock.until(() => lane.state === 'backing_off');
    destination.otherwise = { kind: 'delivered' };
    await bench.finish();
    expect(lane.state).toBe('working');
  });

  it('is rate_limited while the service asks for a pause', async () => {
    const destination = new FakeDestination();
    const { bench, lane } = measuredBench(destination);
    const notBefore = bench.clock.now() + 60_000;
    destination.script({ kind: 'retry', reason: 'rate_limited', notBefore });
    bench.give(lane, 'a');
    await bench.clock.until(() => lane.state === 'rate_limited');
    await bench.finish();
    expect(lane.state).toBe('working');
  });

  it('is parked while nothing can be delivered', async () => {
    const { bench, lane } = measuredBench(new FakeDestination().script(GONE));
    bench.give(lane, 'a');
    await bench.clock.until(() => lane.state === 'parked');
    expect(bench.states).toEqual(['parked']);
  });
});
