import { array, assert, asyncProperty, constantFrom, integer, nat, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { type GatePass, LargeGate } from './large-gate.ts';

const MEGABYTE = 2 ** 20;
const NEVER = new AbortController().signal;

/** A gate with a record of who came in. */
class Bench {
  readonly clock = new FakeClock();
  readonly left: number[] = [];
  readonly gate = new LargeGate(this.clock, (bytes) => this.left.push(bytes));
  readonly came: string[] = [];
  readonly passes = new Map<string, GatePass>();

  ask(name: string, lane: number, bytes = 2 * MEGABYTE, signal: AbortSignal = NEVER): void {
    void this.gate.enter(lane, bytes, signal).then((pass) => {
      this.came.push(pass === undefined ? `${name} gave up` : name);
      if (pass !== undefined) this.passes.set(name, pass);
    });
  }

  /** Lets what is due happen. */
  async settle(): Promise<void> {
    await this.clock.advance(0);
  }
}

describe('the gate of large alerts', () => {
  it('lets one in at a time, the lanes in turn', async () => {
    const bench = new Bench();
    bench.ask('a1', 1);
    bench.ask('a2', 1);
    bench.ask('a3', 1);
    bench.ask('b1', 2);
    for (const name of ['a1', 'b1', 'a2', 'a3']) {
      await bench.settle();
      expect(bench.came.at(-1)).toBe(name);
      bench.passes.get(name)?.end();
    }
    await bench.settle();
    expect(bench.left).toHaveLength(4);
  });

  it('is free for others while a service works on an alert that has left the memory', async () => {
    const bench = new Bench();
    bench.ask('a1', 1);
    bench.ask('a2', 1);
    bench.ask('b1', 2);
    await bench.settle();
    bench.passes.get('a1')?.leaveMemory();
    await bench.settle();
    expect(bench.came).toEqual(['a1', 'b1']);
    bench.passes.get('b1')?.end();
    await bench.settle();
    // Of the same lane, the next waits for the end of the first.
    expect(bench.came).toEqual(['a1', 'b1']);
    bench.passes.get('a1')?.end();
    await bench.settle();
    expect(bench.came).toEqual(['a1', 'b1', 'a2']);
  });

  it('takes several of a lane that are not very large', async () => {
    const bench = new Bench();
    bench.ask('a1', 1, 100_000);
    bench.ask('a2', 1, 100_000);
    await bench.settle();
    bench.passes.get('a1')?.leaveMemory();
    await bench.settle();
    expect(bench.came).toEqual(['a1', 'a2']);
  });

  it('forgets who gives up waiting', async () => {
    const bench = new Bench();
    const stop = new AbortController();
    bench.ask('a1', 1);
    bench.ask('b1', 2, MEGABYTE, stop.signal);
    await bench.settle();
    stop.abort();
    bench.passes.get('a1')?.end();
    bench.ask('c1', 3);
    bench.ask('d1', 4, MEGABYTE, stop.signal);
    await bench.settle();
    expect(bench.came.toSorted()).toEqual(['a1', 'b1 gave up', 'c1', 'd1 gave up'].toSorted());
  });

  it('does not wait forever for a destination that never comes to sending', async () => {
    const bench = new Bench();
    bench.ask('a1', 1);
    bench.ask('b1', 2);
    await bench.settle();
    await bench.clock.advance(30_000);
    await bench.settle();
    expect(bench.came).toEqual(['a1', 'b1']);
  });

  it('never has two in memory, never forgets one, and is free at the end, whatever happens', async () => {
    const actions = array(
      record({
        lane: integer({ min: 1, max: 4 }),
        bytes: constantFrom(100_000, 2 * MEGABYTE),
        what: constantFrom('ask', 'leave', 'end', 'give up', 'settle'),
        which: nat(),
      }),
      { maxLength: 60 },
    );
    await assert(
      asyncProperty(actions, async (list) => {
        const clock = new FakeClock();
        const gate = new LargeGate(clock);
        const stops: AbortController[] = [];
        const inMemory = new Set<GatePass>();
        const open: { pass: GatePass; lane: number; bytes: number }[] = [];
        const count = { asked: 0, answered: 0 };
        let wrong = 0;
        for (const { lane, bytes, what, which } of list) {
          if (what === 'ask') {
            const stop = new AbortController();
            stops.push(stop);
            count.asked += 1;
            void gate.enter(lane, bytes, stop.signal).then((pass) => {
              count.answered += 1;
              if (pass === undefined) return;
              inMemory.add(pass);
              open.push({ pass, lane, bytes });
              const large = open.filter((one) => one.lane === lane && one.bytes > MEGABYTE);
              if (inMemory.size > 1 || large.length > 1) wrong += 1;
            });
          } else if (what === 'settle') await clock.advance(0);
          else if (what === 'give up') stops[which % stops.length]?.abort();
          else {
            const one = open[which % open.length];
            if (one === undefined) continue;
            inMemory.delete(one.pass);
            if (what === 'leave') one.pass.leaveMemory();
            else {
              one.pass.end();
              open.splice(open.indexOf(one), 1);
            }
          }
          await Promise.resolve();
        }
        while (count.answered < count.asked || open.length > 0) {
          await clock.advance(0);
          for (const { pass } of open.splice(0)) {
            inMemory.delete(pass);
            pass.end();
            pass.end();
          }
        }
        expect(wrong).toBe(0);
        const last = gate.enter(1, MEGABYTE, NEVER);
        await clock.advance(0);
        expect(await last).toBeDefined();
      }),
      { numRuns: 200 },
    );
  });
});
