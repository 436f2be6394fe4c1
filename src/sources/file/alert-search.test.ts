import { linkSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { tempDir } from '../../../test/support/temp-dir.ts';
import { findAlert } from './alert-search.ts';
import { FileError, type FileSystem, systemFileSystem } from './files.ts';

/** Noon, local time. */
const NOON = new Date(2026, 7, 20, 12).getTime() / 1000;

const idOf = (seconds: number, number: number) => `${seconds}.${number}`;

/** Alerts of a day, one a second, so long that a file of them is bisected. */
function lines(from: number, count: number, padding = 200): string[] {
  return Array.from({ length: count }, (_, at) => {
    const rule = { level: 3, id: '5710', description: `id of another: ${idOf(from + at + 1, at)}` };
    const id = idOf(from + at, at);
    return JSON.stringify({ rule, id, full_log: 'x'.repeat(padding) });
  });
}

let directory: string;
let path: string;
beforeEach(() => {
  directory = tempDir();
  path = join(directory, 'alerts.json');
});

function write(name: string, content: string | Buffer): string {
  const file = join(directory, name);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, content);
  return file;
}

/** The real file system, which counts what is read. */
function counted() {
  const counts = { bytes: 0 };
  const files: FileSystem = {
    ...systemFileSystem,
    async open(...where) {
      const file = await systemFileSystem.open(...where);
      if (file instanceof FileError) return file;
      return {
        facts: () => file.facts(),
        close: () => file.close(),
        async read(target, at) {
          const count = await file.read(target, at);
          if (!(count instanceof FileError)) counts.bytes += count;
          return count;
        },
      };
    },
  };
  return { files, counts };
}

const find = (id: string, files = systemFileSystem, mostBytes?: number) =>
  findAlert(id, { files, path, ...(mostBytes !== undefined && { mostBytes }) });

describe('an alert is found by its id', () => {
  it('in the live file, wherever it stands, without reading all of it', async () => {
    const all = lines(NOON - 30_000, 40_000, 1000);
    write('alerts.json', `${all.join('\n')}\n`);
    for (const at of [0, 1, 17_000, 39_999]) {
      const { files, counts } = counted();
      const { found, left } = await find(idOf(NOON - 30_000 + at, at), files);
      expect([found?.raw.toString(), found?.isLive, left]).toEqual([all[at], true, []]);
      expect(counts.bytes).toBeLessThan(8 * 2 ** 20);
    }
    expect(await find(idOf(NOON, 7))).toEqual({ found: undefined, left: [] });
  });

  it('the first, long before the second', async () => {
    const all = [...lines(NOON, 1), ...lines(NOON + 9999, 2)];
    write('alerts.json', `${all.join('\n')}\n`);
    expect((await find(idOf(NOON, 0))).found?.raw.toString()).toBe(all[0]);
    expect((await find(idOf(NOON + 10_000, 1))).found?.raw.toString()).toBe(all[2]);
  });

  it('in a last line that is not finished', async () => {
    const [only = ''] = lines(NOON, 1);
    write('alerts.json', only);
    expect((await find(idOf(NOON, 0))).found?.raw.toString()).toBe(only);
  });

  it('in the archive of its day, plain or compressed, or of a day beside it', async () => {
    const [today = '', before = '', after = ''] = [0, 1, 2].map((day) => {
      return lines(NOON + day, 1)[0];
    });
    write('alerts.json', `${lines(NOON + 200_000, 5).join('\n')}\n`);
    write('2026/Aug/ossec-alerts-20.json', `${today}\n`);
    write('2026/Aug/ossec-alerts-19.json.gz', gzipSync(`${before}\n`));
    const tomorrow = write('2026/Aug/ossec-alerts-21-001.json.gz', gzipSync(`${after}\n`));
    expect((await find(idOf(NOON, 0))).found).toMatchObject({ isLive: false });
    expect((await find(idOf(NOON + 1, 0))).found?.raw.toString()).toBe(before);
    expect((await find(idOf(NOON + 2, 0))).found).toMatchObject({ path: tomorrow });
  });

  it('not in the archives of other days, which are not opened', async () => {
    write('2026/Aug/ossec-alerts-10.json', `${lines(NOON, 1).join('\n')}\n`);
    write('2026/Aug/ossec-alerts-23.json', `${lines(NOON, 1).join('\n')}\n`);
    const { files, counts } = counted();
    expect((await find(idOf(NOON, 0), files)).found).toBeUndefined();
    expect(counts.bytes).toBe(0);
  });

  it('once, where the live file is a link to the archive of the day', async () => {
    write('alerts.json', `${lines(NOON, 3).join('\n')}\n`);
    mkdirSync(join(directory, '2026/Aug'), { recursive: true });
    linkSync(path, join(directory, '2026/Aug/ossec-alerts-20.json'));
    const { files, counts } = counted();
    await find(idOf(NOON + 1, 99), files);
    expect(counts.bytes).toBeLessThan(10_000);
  });

  it('in a file that was renamed', async () => {
    const renamed = write('alerts.json.1', `${lines(NOON, 3).join('\n')}\n`);
    expect((await find(idOf(NOON + 2, 2))).found).toMatchObject({ path: renamed });
  });

  it('in a text alerts.log', async () => {
    path = join(directory, 'alerts.log');
    const alerts = Array.from({ length: 20_000 }, (_, at) => {
      const header = `** Alert ${NOON + at}.${at}: - syslog,sshd,\n2026 Aug 20 12:00:00 host->/var/log/auth.log\n`;
      return `${header}Rule: 5710 (level 5) -> 'a'\n${'x'.repeat(200)}\n\n`;
    });
    write('alerts.log', alerts.join(''));
    const { files, counts } = counted();
    const { found } = await find(idOf(NOON + 9000, 9000), files);
    expect(found?.raw.toString()).toBe(alerts[9000]?.trimEnd());
    expect(counts.bytes).toBeLessThan(6 * 2 ** 20);
  });

  it('where the clock was set back, if the file is not too large; else that is said', async () => {
    const some = lines(NOON, 3000, 1000);
    const id = idOf(NOON - 90_000 + 2000, 2000);
    write(
      'alerts.json',
      `${[...lines(NOON - 99_999, 9), ...some, ...lines(NOON - 90_000, 3000, 1000), ...some].join('\n')}\n`,
    );
    expect((await find(id)).found).toMatchObject({ isLive: true });
    const bounded = await find(idOf(NOON - 90_000 + 2000, 1), systemFileSystem, 2 ** 20);
    expect(bounded).toEqual({
      found: undefined,
      left: [expect.stringContaining('only the alerts of that time and the first 1048576 bytes')],
    });
  });

  it('says what could not be read', async () => {
    const files: FileSystem = {
      ...systemFileSystem,
      open: async () => new FileError('EACCES', 'permission denied'),
    };
    write('2026/Aug/ossec-alerts-20.json', `${lines(NOON, 1).join('\n')}\n`);
    const { left } = await find(idOf(NOON, 0), files);
    expect(left).toEqual([
      `${path} cannot be read: EACCES`,
      `${join(directory, '2026/Aug/ossec-alerts-20.json')} cannot be read: EACCES`,
    ]);
  });
});
