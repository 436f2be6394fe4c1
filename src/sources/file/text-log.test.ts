import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AlertLog } from '../../../test/support/alert-log.ts';
import { Reading } from '../../../test/support/reading.ts';
import { tempDir } from '../../../test/support/temp-dir.ts';
import { recordAt } from '../../alert/record-framing.ts';

/** An alert of the text log, with several lines of log. */
const alert = (number: number, lines = 2) =>
  `** Alert 1470394217.${number}: - syslog,sshd,\n2016 Aug 05 10:50:17 host->/var/log/auth.log\n` +
  `Rule: 5710 (level 5) -> 'Attempt'\n${`line of alert ${number}\n`.repeat(lines)}\n`;
const alerts = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => alert(from + i));

/** The alerts that were handed out. A batch that cuts one in two shows as a wrong one. */
function handedOut(reading: Reading): string[] {
  return reading.batches.flatMap(({ bytes }) => {
    const found: string[] = [];
    for (let start = 0; start < bytes.length; ) {
      const { end, next } = recordAt(bytes, start);
      found.push(`${bytes.toString('utf8', start, end)}\n\n`);
      start = next;
    }
    return found;
  });
}

describe('a text log', () => {
  it('is handed out in whole alerts, however it is written, over restarts', async () => {
    const text = alerts(1, 8).join('');
    const cut = fc.record({ at: fc.nat(text.length), restart: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(cut, { maxLength: 10 }), async (cuts) => {
        const log = new AlertLog(tempDir(), '.log');
        const reading = new Reading(log.live, { fromStart: true });
        await reading.readNow();
        let written = 0;
        for (const { at, restart } of [...cuts, { at: text.length, restart: false }].sort(
          (a, b) => a.at - b.at,
        )) {
          log.write(text.slice(written, at));
          written = at;
          await reading.readNow();
          if (restart && reading.checkpoint !== undefined) await reading.restart();
        }
        await reading.readNow();
        expect(handedOut(reading)).toEqual(alerts(1, 8));
        await reading.close();
      }),
      { numRuns: 60 },
    );
  });

  it('is read on over rotations and compressed archives', async () => {
    const log = new AlertLog(tempDir(), '.log');
    const reading = new Reading(log.live, { fromStart: true });
    log.write(alert(1));
    await reading.read();
    log.write(alert(2));
    const [first, second] = [log.nextDay(), (log.write(alert(3)), log.nextDay())];
    expect([first, second].every((name) => /ossec-alerts-\d\d\.log$/.test(name))).toBe(true);
    log.compress(first);
    log.compress(second);
    log.write(alert(4));
    await reading.restart();
    await reading.read();
    expect(handedOut(reading)).toEqual(alerts(1, 4));
    expect(reading.status.counts).toMatchObject({ lostFiles: 0, unterminatedLines: 0 });
  });

  it('hands out an alert without its blank line once the next has begun, or the file is left', async () => {
    const log = new AlertLog(tempDir(), '.log');
    const reading = new Reading(log.live, { fromStart: true });
    log.write(alert(1).slice(0, -1));
    await reading.read();
    expect(handedOut(reading)).toEqual([]);
    log.write(alert(2).slice(0, -1));
    await reading.read();
    expect(handedOut(reading)).toEqual([alert(1)]);
    log.nextDay();
    log.write(alert(3));
    await reading.read();
    expect(handedOut(reading)).toEqual(alerts(1, 3));
  });

  it('is begun at the alert that is being written', async () => {
    const log = new AlertLog(tempDir(), '.log');
    const [done, half] = [alert(1), alert(2)];
    log.write(done + half.slice(0, 100));
    const reading = new Reading(log.live);
    await reading.read();
    log.write(half.slice(100));
    await reading.read();
    expect(handedOut(reading)).toEqual([half]);
  });

  it('is begun at its end when all is whole', async () => {
    const log = new AlertLog(tempDir(), '.log');
    log.write(alert(1));
    const reading = new Reading(log.live);
    await reading.read();
    log.write(alert(2));
    await reading.read();
    expect(handedOut(reading)).toEqual([alert(2)]);
  });

  it('continues behind an alert that is longer than the limit', async () => {
    const log = new AlertLog(tempDir(), '.log');
    const reading = new Reading(log.live, { fromStart: true, maxLineBytes: 4096 });
    log.write(alert(1));
    await reading.read();
    for (const part of alert(2, 2000).match(/[^]{1,3000}/g) ?? []) {
      log.write(part);
      await reading.readNow();
    }
    log.write(alert(3));
    await reading.read();
    const whole = handedOut(reading).filter((text) => text.startsWith('** Alert'));
    expect(whole).toEqual([alert(1), alert(3)]);
    expect(reading.status.counts.overlongLines).toBeGreaterThan(0);
  });
});
