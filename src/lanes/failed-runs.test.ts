import { expect, it } from 'vitest';
import { FakeDestination } from '../../test/support/fake-destination.ts';
import { LaneBench } from '../../test/support/lane-bench.ts';
import type { Outcome } from '../core/outcome.ts';

const NOTHING_FOUND: Outcome = {
  kind: 'retry',
  reason: 'rejected',
  quickOnly: true,
  status: 1,
  message: 'The script ended with exit code 1: nothing found',
  excerpt: 'looking\nnothing found',
};
const TOLD = 'runs failed and are not repeated; their alerts are dead letters';
const alerts = (count: number) => Array.from({ length: count }, (_, i) => `{"n":${i}}`);

function aScript(outcome: Outcome) {
  return Object.assign(new FakeDestination(), { retriesOnRequest: true, otherwise: outcome });
}

it('runs a script once that finds nothing, and tells of many such alerts in two lines', async () => {
  const bench = new LaneBench();
  const script = aScript(NOTHING_FOUND);
  const lane = bench.lane(script);
  bench.give(lane, ...alerts(50));
  await bench.finish();
  expect(script.attempts).toHaveLength(50);
  expect(
    new Set(bench.entries.map(({ state, reason, attempts }) => `${state} ${reason} ${attempts}`)),
  ).toEqual(new Set(['dead rejected 1']));
  expect(lane.state).toBe('working');
  await bench.clock.advance(60_000);
  const cause = 'The script ended with exit code 1: nothing found';
  const fields = { integration: 'lane-0', status: 1, cause, output: 'looking' };
  expect(bench.log.lines).toEqual([
    { level: 'warn', message: TOLD, fields: { ...fields, count: 1 } },
    { level: 'warn', message: TOLD, fields: { ...fields, count: 49 } },
  ]);
  expect(bench.queue.show(1)?.attemptLog[0]).toMatchObject({ excerpt: NOTHING_FOUND.excerpt });
});

it('tells of the rest when it stops', async () => {
  const bench = new LaneBench();
  const lane = bench.lane(aScript(NOTHING_FOUND));
  bench.give(lane, ...alerts(3));
  await bench.finish();
  await bench.clock.advance(1);
  await bench.restart();
  expect(bench.log.lines.map(({ fields }) => fields?.['count'])).toEqual([1, 2]);
});

it('runs a script as often as <retries> says, and tells of each dead letter then', async () => {
  const bench = new LaneBench();
  const script = aScript(NOTHING_FOUND);
  bench.give(bench.lane(script, { retries: 2, retriesAreSet: true }), ...alerts(1));
  await bench.finish();
  expect(script.attempts).toHaveLength(3);
  expect(bench.log.lines.at(-1)?.message).toBe('delivery is dead');
});

it('leaves a built-in integration its quick retries', async () => {
  const bench = new LaneBench();
  const slack = new FakeDestination().script(
    NOTHING_FOUND,
    NOTHING_FOUND,
    NOTHING_FOUND,
    NOTHING_FOUND,
  );
  bench.give(bench.lane(slack), ...alerts(1));
  await bench.finish();
  expect(slack.attempts).toHaveLength(4);
});
