import { expect, it } from 'vitest';
import { FakeDestination, GONE, SERVER_ERROR } from '../../test/support/fake-destination.ts';
import { LaneBench } from '../../test/support/lane-bench.ts';
import type { Outcome } from '../core/outcome.ts';
import { AlertHistory } from '../outbox/alert-history.ts';

const MINUTE = 60_000;
const nextTimes = (bench: LaneBench) =>
  bench.entries.map(({ nextAttemptAt }) => nextAttemptAt ?? 0);

/** What its deliveries wait for. */
const waits = ({ database, clock }: LaneBench) => {
  const rows = database.all<{ id: number }>('SELECT id FROM alert').map(({ id }) => id);
  return new AlertHistory(database).deliveries(rows, clock.now()).map(({ waitsFor }) => waitsFor);
};

/** A lane with eight alerts, and a service that always answers like this. */
async function given(otherwise: (bench: LaneBench) => Outcome, concurrency = 1) {
  const bench = new LaneBench();
  const service = Object.assign(new FakeDestination(concurrency), { otherwise: otherwise(bench) });
  const lane = bench.lane(service);
  bench.give(lane, 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h');
  await bench.clock.settle();
  return { bench, service, lane };
}

it('is not in the past while an ordered lane waits for a quick retry', async () => {
  const { bench } = await given(() => SERVER_ERROR);
  for (const time of nextTimes(bench)) expect(time).toBe(bench.clock.now() + 750);
  expect(waits(bench)).toEqual(['retry', ...Array(7).fill('order')]);
});

it('is not in the past while the breaker is open', async () => {
  const { bench, service } = await given(() => SERVER_ERROR, 4);
  await bench.clock.until(() => bench.log.with('service keeps failing').length > 0);
  await bench.clock.settle();
  const now = bench.clock.now();
  expect(Math.min(...nextTimes(bench))).toBeGreaterThan(now);
  expect(waits(bench)).toContain('breaker');
  const seen = service.attempts.length;
  await bench.clock.advance(Math.min(...nextTimes(bench)) - now - 1);
  expect(service.attempts).toHaveLength(seen);
  await bench.clock.advance(2);
  expect(service.attempts.length).toBeGreaterThan(seen);
});

it('is not before the time that the service names', async () => {
  const until = (bench: LaneBench) => bench.clock.now() + 30 * MINUTE;
  const { bench } = await given((own) => ({
    kind: 'retry',
    reason: 'rate_limited',
    notBefore: until(own),
  }));
  expect(nextTimes(bench)).toEqual(Array.from({ length: 8 }, () => until(bench)));
  expect(new Set(waits(bench))).toEqual(new Set(['retry_after']));
});

it('is not before a used-up quota is filled again', async () => {
  const until = (bench: LaneBench) => bench.clock.now() + 30 * MINUTE;
  const { bench } = await given((own) => ({
    kind: 'wait',
    reason: 'rate_limited',
    until: until(own),
  }));
  expect(nextTimes(bench)).toEqual(Array.from({ length: 8 }, () => until(bench)));
  expect(new Set(waits(bench))).toEqual(new Set(['rate_limit']));
});

it('is not held any more after the service is back, the clock was set, or a restart', async () => {
  const limited = (bench: LaneBench): Outcome => {
    return { kind: 'retry', reason: 'rate_limited', notBefore: bench.clock.now() + MINUTE };
  };
  const hold = (bench: LaneBench) =>
    bench.database.get<{ held_until: number }>('SELECT held_until FROM lane')?.held_until;
  const { bench, service } = await given(limited);
  expect(hold(bench)).toBe(bench.clock.now() + MINUTE);
  service.otherwise = { kind: 'delivered' };
  await bench.finish();
  expect(hold(bench)).toBe(0);
  const jumped = await given(limited);
  jumped.bench.outbox.clockJumped(MINUTE);
  expect(hold(jumped.bench)).toBe(0);
  const restarted = await given(limited);
  restarted.bench.crash();
  expect(hold(restarted.bench)).toBe(0);
});

it('is not held by a parking that an operator ended', async () => {
  const { bench } = await given(() => GONE);
  expect(bench.states).toContain('parked');
  expect(new Set(waits(bench))).toEqual(new Set(['parked']));
  bench.queue.retry({});
  expect(nextTimes(bench).every((time) => time <= bench.clock.now())).toBe(true);
});
