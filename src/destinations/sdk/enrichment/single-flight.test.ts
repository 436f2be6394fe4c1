import { describe, expect, it } from 'vitest';
import { SingleFlight } from './single-flight.ts';

function deferred<T>() {
  let resolve!: (value: T) => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

describe('SingleFlight', () => {
  it('asks once for all who ask at the same time', async () => {
    const flights = new SingleFlight<string>();
    const answer = deferred<string>();
    let asked = 0;
    const ask = () => {
      asked += 1;
      return answer.promise;
    };
    const all = Array.from({ length: 100 }, () => flights.run('key', ask));
    answer.resolve('found');
    expect(new Set(await Promise.all(all))).toEqual(new Set(['found']));
    expect(asked).toBe(1);
  });

  it('asks separately for other keys, and again once it is answered', async () => {
    const flights = new SingleFlight<number>();
    let asked = 0;
    const ask = async () => {
      asked += 1;
      return asked;
    };
    expect(await Promise.all([flights.run('a', ask), flights.run('b', ask)])).toEqual([1, 2]);
    expect(await flights.run('a', ask)).toBe(3);
  });

  it('gives a failure to all who wait, and keeps it for nobody else', async () => {
    const flights = new SingleFlight<string>();
    const broken = deferred<string>();
    const waiting = [1, 2].map(() => flights.run('key', () => broken.promise));
    broken.reject(new Error('broken'));
    const results = await Promise.allSettled(waiting);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await flights.run('key', async () => 'fine')).toBe('fine');
  });
});
