import { linkSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { tempDir } from '../../../test/support/temp-dir.ts';
import { systemClock } from '../../core/clock.ts';
import { DAY_MS } from '../../core/durations.ts';
import { type FileSystem, systemFileSystem } from './files.ts';
import { ALWAYS, AlertHistory, type TimeRange } from './history.ts';

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const NOON = new Date(2026, 7, 20, 12).getTime();

/** A manager's directory with files of days, and what of it was opened. */
class Manager {
  readonly directory = tempDir();
  readonly live = join(this.directory, 'alerts.json');
  readonly opened: string[] = [];
  readonly history: AlertHistory;

  constructor(maxLineBytes?: number) {
    const files: FileSystem = {
      ...systemFileSystem,
      open: (path, noFollow) => {
        this.opened.push(path.slice(this.directory.length + 1));
        return systemFileSystem.open(path, noFollow);
      },
    };
    const options = { path: this.live, files, clock: systemClock };
    this.history = new AlertHistory({ ...options, ...(maxLineBytes && { maxLineBytes }) });
  }

  /** The file of a day, so many days after the 20th, last written to at its end. */
  day(days: number, text: string, { part = '', gz = false } = {}): string {
    const date = new Date(NOON + days * DAY_MS);
    const day = String(date.getDate()).padStart(2, '0');
    const name = `ossec-alerts-${day}${part}.json${gz ? '.gz' : ''}`;
    const month = MONTHS[date.getMonth()] ?? '';
    const path = join(this.directory, String(date.getFullYear()), month, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, gz ? gzipSync(text) : text);
    const written = (NOON + days * DAY_MS + DAY_MS / 2) / 1000;
    utimesSync(path, written, written);
    return path;
  }

  async ids(range: TimeRange = ALWAYS): Promise<string[]> {
    return idsOf(this.history.between(range));
  }

  async idsIn(paths: readonly string[], range: TimeRange = ALWAYS): Promise<string[]> {
    const ids = await idsOf(this.history.read(await this.history.named(paths), range));
    await this.history.close();
    return ids;
  }
}

async function idsOf(batches: AsyncIterable<{ bytes: Buffer }>): Promise<string[]> {
  let text = '';
  for await (const { bytes } of batches) text += bytes.toString('utf8');
  return [...text.matchAll(/"name":"(\w+)"/g)].map(([, name]) => name ?? '');
}

/** A line of so many days after the 20th, noon. */
function alert(name: string, days: number): string {
  const timestamp = new Date(NOON + days * DAY_MS).toISOString().replace('Z', '+0000');
  return `{"timestamp":"${timestamp}","rule":{"level":3},"name":"${name}"}\n`;
}

function hours(from: number, to: number): TimeRange {
  return { since: NOON + from * 3_600_000, until: NOON + to * 3_600_000 };
}

describe('the history of the alert file', () => {
  it('holds the archives, their parts and the live file, the oldest first', async () => {
    const manager = new Manager();
    manager.day(-2, alert('a', -2), { gz: true });
    manager.day(-1, alert('b', -1.2), { gz: true });
    manager.day(-1, alert('c', -1.1), { part: '-001' });
    manager.day(-1, alert('d', -1), { part: '-002' });
    writeFileSync(manager.live, alert('e', 0));
    expect(await manager.ids()).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(manager.history.problems).toEqual([]);
  });

  it('reads the live file once, which is a hard link to the archive of today', async () => {
    const manager = new Manager();
    linkSync(manager.day(0, alert('today', 0)), manager.live);
    expect(await manager.ids()).toEqual(['today']);
    expect(manager.opened).toHaveLength(1);
  });

  it('leaves an unfinished last line of the live file alone, and takes that of an archive', async () => {
    const manager = new Manager();
    manager.day(-1, `${alert('a', -1)}${alert('b', -1).trim()}`);
    writeFileSync(manager.live, `${alert('c', 0)}${alert('d', 0).slice(0, -2)}`);
    expect(await manager.ids()).toEqual(['a', 'b', 'c']);
  });

  it('gives the alerts of a time, and does not open files of other times', async () => {
    const manager = new Manager();
    for (const days of [-9, -8, -7, -1, 3, 4]) manager.day(days, alert(`day${days + 10}`, days));
    manager.day(-2, alert('early', -2.2) + alert('in', -2) + alert('late', -1.9));
    writeFileSync(manager.live, alert('live', 5));
    expect(await manager.ids(hours(-49, -47))).toEqual(['in']);
    // The writer's day may have been in another zone: that of the next name counts as well.
    const names = ['2026/Aug/ossec-alerts-18.json', '2026/Aug/ossec-alerts-19.json'];
    expect(manager.opened).toEqual([...names, 'alerts.json']);
    expect(await manager.ids({ ...ALWAYS, since: NOON + 4.5 * DAY_MS })).toEqual(['live']);
  });

  it('has both ends of a time in it', async () => {
    const manager = new Manager();
    writeFileSync(manager.live, alert('a', 0) + alert('b', 1) + alert('c', 2));
    expect(await manager.ids({ since: NOON, until: NOON + DAY_MS })).toEqual(['a', 'b']);
  });

  it('counts an alert without a time as written with the one before it', async () => {
    const manager = new Manager();
    const timeless = (name: string) => `{"rule":{"level":3},"name":"${name}"}\n`;
    const lines = [alert('a', 0), timeless('b'), alert('c', 1), timeless('d'), alert('e', 0)];
    writeFileSync(manager.live, lines.join(''));
    expect(await manager.ids(hours(-1, 1))).toEqual(['a', 'b', 'e']);
  });

  it('reads files that were renamed away', async () => {
    const manager = new Manager();
    writeFileSync(join(manager.directory, 'alerts.json.1'), alert('b', -1));
    writeFileSync(join(manager.directory, 'alerts.json.2.gz'), gzipSync(alert('a', -2)));
    utimesSync(join(manager.directory, 'alerts.json.2.gz'), 1000, 1000);
    writeFileSync(join(manager.directory, 'alerts.json.bak'), alert('x', -1));
    writeFileSync(manager.live, alert('c', 0));
    expect(await manager.ids()).toEqual(['a', 'b', 'c']);
  });

  it('reads the text log of OSSEC', async () => {
    const directory = tempDir();
    const path = join(directory, 'alerts.log');
    const text = (seconds: number, name: string) =>
      `** Alert ${seconds}.1: - syslog,\n2016 Aug 05 10:50:17 host->/var/log\nRule: 1 (level 3) -> '"name":"${name}"'\n\n`;
    writeFileSync(path, text(1_470_394_217, 'a') + text(1_470_394_300, 'b'));
    const history = new AlertHistory({ path, clock: systemClock });
    const until = 1_470_394_250_000;
    expect(await idsOf(history.between({ ...ALWAYS, until }))).toEqual(['a']);
  });

  it('goes on without what it cannot read, and says so', async () => {
    const manager = new Manager(1000);
    const gzip = gzipSync(alert('a', -3).repeat(3) + alert('b', -3), { level: 0 });
    writeFileSync(manager.day(-3, '', { gz: true }), gzip.subarray(0, gzip.length - 60));
    manager.day(-2, `{"x":"${'y'.repeat(2000)}"}\n${alert('c', -2)}`);
    writeFileSync(manager.live, alert('d', 0));
    expect(await manager.ids()).toEqual(['a', 'a', 'a', 'c', 'd']);
    expect(manager.history.problems.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^damaged from byte \d+ of \d+ on: /),
      'a line of 2008 bytes from byte 0 on is too long and was left out',
    ]);
  });

  it('is empty where there is nothing', async () => {
    const manager = new Manager();
    rmSync(manager.directory, { recursive: true });
    expect(await manager.ids()).toEqual([]);
  });
});

describe('files that someone names', () => {
  it('are read by their beginnings, whatever their names say of compression', async () => {
    const manager = new Manager();
    const [late, early] = ['late.gz', 'early'].map((name) => join(manager.directory, name));
    writeFileSync(late as string, alert('b', 1));
    writeFileSync(early as string, gzipSync(alert('a', 0)));
    expect(await manager.idsIn([late as string, early as string])).toEqual(['a', 'b']);
    expect(await manager.idsIn([early as string], hours(1, 2))).toEqual([]);
  });

  it('are a problem where they are missing or no files', async () => {
    const manager = new Manager();
    expect(await manager.idsIn([join(manager.directory, 'none'), manager.directory])).toEqual([]);
    expect(manager.history.problems.map(({ message }) => message)).toEqual([
      expect.stringContaining('ENOENT'),
      'it is not a regular file',
    ]);
  });
});
