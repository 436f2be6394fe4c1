import { Counter, Histogram, Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { METRICS } from './metric-names.ts';
import { Metrics } from './metrics.ts';

/** The lines of one metric. */
async function linesOf(metrics: Metrics, name: string): Promise<string[]> {
  const text = await metrics.text();
  return text.split('\n').filter((line) => line.includes(`integratord_${name}`));
}

it('writes what the library for Prometheus writes', async () => {
  const metrics = new Metrics();
  const register = new Registry();
  const integration = 'custom-"odd\\name"\nof lines';
  const { help, buckets } = METRICS.attempt_duration_seconds;
  const [theirCounter, theirHistogram] = [
    new Counter({
      name: 'integratord_retry_after_seconds_total',
      help: METRICS.retry_after_seconds_total.help,
      labelNames: ['integration'],
      registers: [register],
    }),
    new Histogram({
      name: 'integratord_attempt_duration_seconds',
      help,
      labelNames: ['integration'],
      buckets: [...buckets],
      registers: [register],
    }),
  ];
  theirHistogram.zero({ integration });
  for (const value of [0, 0.01, 0.0100001, 7, 30, 31, 1e30]) {
    theirHistogram.observe({ integration }, value);
    metrics.histogram('attempt_duration_seconds', { integration }).observe(value);
  }
  theirCounter.inc({ integration }, 0.125);
  metrics.counter('retry_after_seconds_total', { integration }).inc(0.125);
  const theirs = (await register.metrics()).split('\n');
  for (const name of ['retry_after_seconds_total', 'attempt_duration_seconds']) {
    const ours = await linesOf(metrics, name);
    // The label of the buckets stands last here, and first there.
    const sorted = (line: string) =>
      line.replace(/\{(le="[^"]*"),(.*)\} /, (_, le: string, rest: string) => `{${rest},${le}} `);
    expect(ours).toEqual(theirs.map(sorted).filter((line) => line.includes(name)));
  }
});

it('has a series from the moment it is asked for', async () => {
  const metrics = new Metrics();
  expect(await linesOf(metrics, 'alerts_matched_total')).toEqual([]);
  metrics.counter('alerts_matched_total', { integration: 'a' });
  expect(await linesOf(metrics, 'alerts_matched_total{')).toEqual([
    'integratord_alerts_matched_total{integration="a"} 0',
  ]);
});

it('forgets the series of a gauge, and sets them again', async () => {
  const metrics = new Metrics();
  metrics.set('deliveries', { integration: 'a', state: 'dead' }, 3);
  metrics.clear('deliveries');
  metrics.set('deliveries', { integration: 'b', state: 'dead' }, Number.POSITIVE_INFINITY);
  expect((await linesOf(metrics, 'deliveries{')).map((line) => line.slice(23))).toEqual([
    'integration="b",state="dead"} +Inf',
  ]);
});

it('never lets a total that is counted elsewhere go down', async () => {
  const metrics = new Metrics();
  for (const total of [5, 7, 6])
    metrics.total('source_lost_bytes_total', { source: 'file' }, total);
  expect(await linesOf(metrics, 'source_lost_bytes_total{')).toEqual([
    'integratord_source_lost_bytes_total{source="file"} 7',
  ]);
});

it('leaves out names that other programs use as well, where that is asked for', async () => {
  const metrics = new Metrics();
  const all = await metrics.text();
  const own = await metrics.text({ ownNamesOnly: true });
  expect(all).toMatch(/^process_cpu_seconds_total \d/m);
  expect(own).not.toContain('process_cpu_seconds_total');
  for (const text of [all, own]) {
    expect(text).toMatch(/^nodejs_eventloop_lag_seconds \d/m);
    expect(text).toMatch(/^# TYPE integratord_outbox_bytes gauge$/m);
    expect(text.endsWith('\n')).toBe(true);
  }
});
