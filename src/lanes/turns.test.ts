import { beforeEach, describe, expect, it } from 'vitest';
import { Turns, type TurnTaker } from './turns.ts';

describe('turns', () => {
  let turns: Turns;
  let called: string[];
  beforeEach(() => {
    turns = new Turns();
    called = [];
  });

  /** A lane that notes when it is called; with `eager`, it takes its turn then. */
  function lane(name: string, eager = true): TurnTaker {
    const own: TurnTaker = {
      turnCame: () => {
        called.push(name);
        if (eager) turns.take(own);
        else turns.withdraw(own);
      },
    };
    turns.join(own);
    return own;
  }

  it('go round: whoever had one goes to the end of the line', () => {
    const [a, b, c] = [lane('a'), lane('b'), lane('c')];
    expect(turns.take(a)).toBe(true);
    expect([turns.take(b), turns.take(c), turns.take(b)]).toEqual([false, false, false]);
    turns.end();
    expect(called).toEqual(['b']);
    expect(turns.take(a)).toBe(false);
    turns.end();
    turns.end();
    expect(called).toEqual(['b', 'c', 'a']);
  });

  it('are not lost when one that is called has nothing to do', () => {
    const [a, b, c] = [lane('a'), lane('b', false), lane('c')];
    turns.take(a);
    turns.take(b);
    turns.take(c);
    turns.end();
    expect(called).toEqual(['b', 'c']);
  });

  it('are as many as there are places, also when those become more', () => {
    const [a, b, c] = [lane('a'), lane('b'), lane('c')];
    turns.take(a);
    turns.take(b);
    turns.take(c);
    turns.places = 3;
    expect(called).toEqual(['b', 'c']);
    turns.places = 1;
    turns.end();
    turns.end();
    expect(turns.take(a)).toBe(false);
    turns.end();
    expect(called).toEqual(['b', 'c', 'a']);
  });

  it('come to those behind one that leaves', () => {
    const [a, b, c] = [lane('a'), lane('b'), lane('c')];
    turns.take(a);
    turns.take(b);
    turns.take(c);
    turns.leave(b);
    expect(turns.isShared).toBe(true);
    turns.end();
    expect(called).toEqual(['c']);
    turns.leave(c);
    expect(turns.isShared).toBe(false);
  });
});
