import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { Throttle } from './throttle.ts';

describe('a throttle', () => {
  it('lets the first report through, then one per interval with the number held back', async () => {
    const clock = new FakeClock();
    const throttle = new Throttle(clock, 1000);
    const reports: number[] = [];
    const pass = () => throttle.pass((suppressed) => reports.push(suppressed));
    pass();
    pass();
    pass();
    await clock.advance(999);
    pass();
    expect(reports).toEqual([0]);
    await clock.advance(1);
    pass();
    expect(reports).toEqual([0, 3]);
    await clock.advance(1000);
    pass();
    expect(reports).toEqual([0, 3, 0]);
  });

  it('does not mind the wall clock', async () => {
    const clock = new FakeClock();
    const throttle = new Throttle(clock, 1000);
    const reports: number[] = [];
    const pass = () => throttle.pass((suppressed) => reports.push(suppressed));
    pass();
    clock.jump(-86_400_000);
    await clock.advance(1000);
    pass();
    clock.jump(86_400_000);
    pass();
    expect(reports).toEqual([0, 0]);
  });

  it('accounts for every report', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 40 }),
        async (gaps) => {
          const clock = new FakeClock();
          const throttle = new Throttle(clock, 1000);
          let accounted = 0;
          for (const gap of gaps) {
            await clock.advance(gap);
            throttle.pass((suppressed) => {
              accounted += suppressed + 1;
            });
          }
          await clock.advance(1000);
          throttle.pass((suppressed) => {
            accounted += suppressed + 1;
          });
          expect(accounted).toBe(gaps.length + 1);
        },
      ),
      { numRuns: 20 },
    );
  });
});
