import { describe, expect, it } from 'vitest';
import { FakeDestination, GONE, SERVER_ERROR } from '../../test/support/fake-destination.ts';
import { LaneBench } from '../../test/support/lane-bench.ts';
import type { Integration } from '../core/integration.ts';
import { LaneMetrics } from './lane-metrics.ts';
import { Metrics } from './metrics.ts';

const REJECTED = { kind: 'reject', reason: 'client_error', status: 400 } as const;

function measuredBench(destination: FakeDestination, settings: Integration['settings'] = {}) {
  const bench = new LaneBench();
  const metrics = new Metrics();
  bench.observer = new LaneMetrics(metrics, 'slack', bench.clock);
  const lane = bench.lane(destination, { settings });
  /** The value of a sample; undefined when there is no such series. */
  const value = async (series: string) => {
    const line = (await metrics.text()).split('\n').find((text) => text.startsWith(`${series} `));
    return line === undefined ? undefined : Number(line.slice(series.length));
  };
  return { bench, lane, value };
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
