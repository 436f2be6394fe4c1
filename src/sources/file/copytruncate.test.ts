import { renameSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { AlertLog } from '../../../test/support/alert-log.ts';
import { line, Reading, someLines } from '../../../test/support/reading.ts';
import { tempDir } from '../../../test/support/temp-dir.ts';

const CUT =
  'the alert file was truncated or rewritten; what was written since the last look may be lost';
const told = (reading: Reading) => reading.log.lines.filter(({ message }) => message === CUT);

/** A file of which three lines were read. */
async function afterThree() {
  const log = new AlertLog(tempDir());
  const reading = new Reading(log.live);
  await reading.readNow();
  log.lines(...someLines(1, 3));
  await reading.readNow();
  return { log, reading, offset: reading.status.offset };
}

/** What logrotate does with `copytruncate`. */
function copyTruncate(log: AlertLog, keep = 2): void {
  for (let number = keep - 1; number >= 1; number -= 1) {
    try {
      renameSync(`${log.live}.${number}`, `${log.live}.${number + 1}`);
    } catch {
      // There are not so many yet.
    }
  }
  log.copyAndTruncate(`${log.live}.1`);
}

describe('several copytruncates between two looks', () => {
  it('are read from their copies, and it is said that there may have been others', async () => {
    const { log, reading, offset } = await afterThree();
    const lastLook = new Date(reading.clock.now()).toISOString();
    reading.clock.tick(250);
    log.lines(line(4));
    copyTruncate(log);
    log.lines(line(5));
    copyTruncate(log);
    log.lines(line(6));
    expect(await reading.read()).toEqual(someLines(4, 6));
    expect(told(reading)).toMatchObject([
      { level: 'warn', fields: { path: log.live, offset, last_look: lastLook } },
    ]);
  });

  it('lose what is in a copy that was overwritten, and that is said', async () => {
    const { log, reading } = await afterThree();
    log.lines(line(4));
    copyTruncate(log, 1);
    log.lines(line(5));
    copyTruncate(log, 1);
    log.lines(line(6));
    const lines = await reading.read();
    expect(lines).not.toContain(line(4));
    expect(lines).toContain(line(6));
    expect(told(reading)).toHaveLength(1);
  });

  it('lose everything in between where there is no copy, and that is said', async () => {
    const { log, reading, offset } = await afterThree();
    log.lines(line(4));
    log.truncate();
    log.lines(line(5));
    log.truncate();
    log.lines(line(6));
    expect(await reading.read()).toEqual([line(6)]);
    expect(told(reading)).toMatchObject([{ level: 'warn', fields: { offset, unread: 0 } }]);
  });

  it('are told of also when the file was read to its end and is empty now', async () => {
    const { log, reading } = await afterThree();
    log.truncate();
    expect(await reading.read()).toEqual([]);
    expect(told(reading)).toHaveLength(1);
    log.lines(line(4));
    expect(await reading.read()).toEqual([line(4)]);
    expect(told(reading)).toHaveLength(1);
  });

  it('are told of when nobody looked for a while, although a copy is found', async () => {
    const { log, reading } = await afterThree();
    await reading.close();
    log.lines(line(4));
    log.copyAndTruncate(`${log.live}.1`);
    log.lines(line(5));
    log.truncate();
    log.lines(line(6));
    await reading.restart();
    expect(await reading.read()).toEqual([line(4), line(6)]);
    expect(told(reading)).toHaveLength(1);
    expect(told(reading)[0]?.fields['unread']).toBeUndefined();
  });
});

it('a rotation by renaming tells of no loss', async () => {
  const { log, reading } = await afterThree();
  log.nextDay();
  log.lines(line(4));
  expect(await reading.read()).toEqual([line(4)]);
  log.moveAway(`${log.live}.1`);
  log.lines(line(5));
  expect(await reading.read()).toEqual([line(5)]);
  await reading.restart();
  log.nextDay();
  log.lines(line(6));
  expect(await reading.read()).toEqual([line(6)]);
  expect(told(reading)).toEqual([]);
});
