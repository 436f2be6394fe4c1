import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { aSettlement } from '../../test/support/outbox.ts';
import type { LaneChanges, Outbox } from '../core/outbox.ts';
import { OutboxError } from '../core/outbox-error.ts';
import { GroupCommit } from './group-commit.ts';

const FULL = OutboxError.about('It cannot be written', 'full');

/** Keeps what is committed; fails while told to. */
class Commits {
  readonly done: { ids: number[]; buckets: [number, number][] }[] = [];
  failing: OutboxError | undefined;
  tries = 0;

  readonly outbox = {
    commit: ({ settlements = [], buckets = new Map() }: LaneChanges) => {
      this.tries += 1;
      if (this.failing !== undefined) throw this.failing;
      this.done.push({
        ids: settlements.map(({ id }) => id),
        buckets: [...buckets].map(([lane, { tokens }]) => [lane, tokens]),
      });
    },
  } as unknown as Outbox;
}

let clock: FakeClock;
let commits: Commits;
let groupCommit: GroupCommit;
let resolved: number[];
beforeEach(() => {
  clock = new FakeClock();
  commits = new Commits();
  groupCommit = new GroupCommit(commits.outbox, clock);
  resolved = [];
});

function settle(id: number, lane = 1, tokens?: number): void {
  const bucket = tokens === undefined ? undefined : { tokens, at: 0 };
  void groupCommit.settle(aSettlement(id), lane, bucket).then(() => resolved.push(id));
}

describe('the groupCommit', () => {
  it('commits together what comes in the same moment, and then says so', async () => {
    settle(1);
    settle(2, 2, 5);
    settle(3, 2, 4);
    expect(commits.done).toEqual([]);
    await clock.settle();
    expect(commits.done).toEqual([{ ids: [1, 2, 3], buckets: [[2, 4]] }]);
    expect(resolved).toEqual([1, 2, 3]);
    settle(4);
    await clock.settle();
    expect(commits.done[1]).toEqual({ ids: [4], buckets: [] });
    expect(clock.timers).toBe(0);
  });

  it('says nothing before it is stored', async () => {
    commits.failing = FULL;
    settle(1);
    await clock.advance(30_000);
    expect(resolved).toEqual([]);
  });

  it('forgets nothing while the outbox fails, and tries every second', async () => {
    commits.failing = FULL;
    settle(1, 1, 9);
    await clock.advance(2500);
    settle(2, 1, 8);
    settle(3, 2, 7);
    await clock.advance(2500);
    expect(commits.tries).toBe(6);
    commits.failing = undefined;
    await clock.advance(1000);
    expect(commits.done).toEqual([
      {
        ids: [1, 2, 3],
        buckets: [
          [1, 8],
          [2, 7],
        ],
      },
    ]);
    expect(resolved).toEqual([1, 2, 3]);
    await clock.advance(10_000);
    expect([commits.tries, clock.timers]).toEqual([7, 0]);
  });

  it('waits only a moment for another process that writes', async () => {
    commits.failing = OutboxError.about('It cannot be written', 'busy');
    settle(1);
    await clock.advance(40);
    commits.failing = undefined;
    await clock.advance(50);
    expect(commits.done).toMatchObject([{ ids: [1] }]);
  });

  it('makes a last try when it is closed, and then leaves it', async () => {
    commits.failing = FULL;
    settle(1);
    await clock.advance(100);
    groupCommit.close();
    expect([commits.tries, clock.timers]).toEqual([2, 0]);
    commits.failing = undefined;
    groupCommit.close();
    expect(commits.done).toMatchObject([{ ids: [1] }]);
    groupCommit.close();
    expect(commits.tries).toBe(3);
  });
});
