import { describe, expect, it } from 'vitest';
import type { Archive, Order } from './archives.ts';
import type { FileStat } from './files.ts';
import { DEFAULT_LOOK_BACK, unreadArchives, withinLookBack } from './look-back.ts';

function facts(inode: number, size = 100, modified = inode): FileStat {
  return { device: '1', inode: String(inode), size, modified, isRegular: true };
}

/** The archive of a day; its inode and its time are the day. */
function day(day: number, size = 100): Archive {
  const order: Order = [2026, 8, day, 0];
  const name = `2026/Aug/ossec-alerts-${day}.json`;
  const dated = { name, order };
  return { stem: name, path: name, compressed: false, facts: facts(day, size), dated };
}

function daysOf(archives: readonly Archive[]): number[] {
  return archives.map(({ facts }) => Number(facts.inode));
}

describe('archives that hold unread lines', () => {
  const archives = [day(18), day(19), day(20), day(21), day(22)];
  const usual = { archives, finished: undefined, live: facts(22), since: 0 };
  const own: Order = [2026, 8, 19, 0];

  it('are those from the last file on, up to the live file', () => {
    expect(daysOf(unreadArchives({ ...usual, own }))).toEqual([19, 20, 21]);
  });

  it('are none when the last file is the live file', () => {
    expect(unreadArchives({ ...usual, own: [2026, 8, 22, 0] })).toEqual([]);
  });

  it('do not include the last file when that is finished', () => {
    expect(daysOf(unreadArchives({ ...usual, own, finished: facts(19) }))).toEqual([20, 21]);
  });

  it('include a file that took the name of the last one', () => {
    expect(daysOf(unreadArchives({ ...usual, own, finished: facts(99) }))).toEqual([19, 20, 21]);
  });

  it('are all later ones when the live file is none of them', () => {
    expect(daysOf(unreadArchives({ ...usual, own, live: facts(99) }))).toEqual([19, 20, 21, 22]);
    expect(daysOf(unreadArchives({ ...usual, own, live: undefined }))).toEqual([19, 20, 21, 22]);
  });

  it('are older than a live file that is called otherwise by now', () => {
    const renamed = { ...usual, own, live: facts(99), liveOrder: [2026, 8, 21, 0] as const };
    expect(daysOf(unreadArchives(renamed))).toEqual([19, 20]);
  });

  it('are not empty', () => {
    const some = [day(19), day(20, 0), day(21), day(22)];
    expect(daysOf(unreadArchives({ ...usual, own, archives: some }))).toEqual([19, 21]);
  });

  it('are not later than the live file, which may have been begun meanwhile', () => {
    expect(daysOf(unreadArchives({ ...usual, own, live: facts(21) }))).toEqual([19, 20]);
  });

  it('are new ones when the live file has an older name: the clock was set back', () => {
    const since = 20.5;
    expect(daysOf(unreadArchives({ ...usual, own, live: facts(18), since }))).toEqual([19, 21, 22]);
  });

  it('are those of a later time when the name of the last one is not known', () => {
    expect(daysOf(unreadArchives({ ...usual, own: undefined, since: 19.5 }))).toEqual([20, 21]);
  });
});

describe('the look-back bound', () => {
  const archives = [day(18, 1000), day(19, 100), day(20, 200), day(21, 300)];

  it('keeps everything within seven days', () => {
    const { kept, skipped } = withinLookBack(archives, DEFAULT_LOOK_BACK, 21);
    expect(daysOf(kept)).toEqual([18, 19, 20, 21]);
    expect(skipped).toEqual({ files: 0, bytes: 0 });
  });

  it('skips what is too old, too much or too many, and counts it', () => {
    for (const bound of [{ maxAgeMs: 1 }, { maxBytes: 500 }, { maxFiles: 2 }]) {
      const { kept, skipped } = withinLookBack(archives, { ...DEFAULT_LOOK_BACK, ...bound }, 21);
      expect(daysOf(kept)).toEqual([20, 21]);
      expect(skipped).toEqual({ files: 2, bytes: 1100 });
    }
  });

  it('leaves no gap: what is older than a file that is skipped is skipped, too', () => {
    const { kept } = withinLookBack(
      [day(18, 10), day(19, 1000), day(20, 10)],
      { ...DEFAULT_LOOK_BACK, maxBytes: 100 },
      21,
    );
    expect(daysOf(kept)).toEqual([20]);
  });
});
