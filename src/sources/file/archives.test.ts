import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FaultyFiles } from '../../../test/support/faulty-files.ts';
import { tempDir } from '../../../test/support/temp-dir.ts';
import { ArchiveLayout, type Order } from './archives.ts';
import { systemFileSystem } from './files.ts';

const EVERYTHING: Order = [0, 1, 1, 0];

/** A directory with these files, each with its own name as content. */
function directoryWith(...names: string[]): string {
  const directory = tempDir();
  for (const name of names) {
    mkdirSync(join(directory, name, '..'), { recursive: true });
    writeFileSync(join(directory, name), name);
  }
  return directory;
}

function layoutOf(directory: string, live = 'alerts.json'): ArchiveLayout {
  return new ArchiveLayout(systemFileSystem, join(directory, live));
}

async function namesIn(layout: ArchiveLayout, from = EVERYTHING): Promise<(string | undefined)[]> {
  return (await layout.dated(from)).archives.map(({ dated }) => dated?.name);
}

describe('dated archives', () => {
  it('are found in the order in which they were written', async () => {
    const directory = directoryWith(
      '2026/Aug/ossec-alerts-09.json',
      '2026/Aug/ossec-alerts-10-010.json',
      '2026/Aug/ossec-alerts-10-002.json',
      '2026/Aug/ossec-alerts-10.json',
      '2026/Feb/ossec-alerts-28.json',
      '2025/Dec/ossec-alerts-31-1000.json',
      '2025/Dec/ossec-alerts-31-999.json',
    );
    expect(await namesIn(layoutOf(directory))).toEqual([
      '2025/Dec/ossec-alerts-31-999.json',
      '2025/Dec/ossec-alerts-31-1000.json',
      '2026/Feb/ossec-alerts-28.json',
      '2026/Aug/ossec-alerts-09.json',
      '2026/Aug/ossec-alerts-10.json',
      '2026/Aug/ossec-alerts-10-002.json',
      '2026/Aug/ossec-alerts-10-010.json',
    ]);
  });

  it('are found from a place on', async () => {
    const directory = directoryWith(
      '2025/Dec/ossec-alerts-31.json',
      '2026/Jan/ossec-alerts-01.json',
      '2026/Jan/ossec-alerts-02.json',
      '2026/Jan/ossec-alerts-02-001.json',
      '2026/Feb/ossec-alerts-01.json',
    );
    expect(await namesIn(layoutOf(directory), [2026, 1, 2, 1])).toEqual([
      '2026/Jan/ossec-alerts-02-001.json',
      '2026/Feb/ossec-alerts-01.json',
    ]);
  });

  it('are told from everything else that lies there', async () => {
    const directory = directoryWith(
      'alerts.json',
      'alerts.log',
      '2026/Aug/ossec-alerts-10.json',
      '2026/Aug/ossec-alerts-10.json.sum',
      '2026/Aug/ossec-alerts-10.log',
      '2026/Aug/ossec-alerts-10.log.gz',
      '2026/Aug/ossec-archive-10.json',
      '2026/Aug/xossec-alerts-10.json',
      '2026/August/ossec-alerts-11.json',
      '26/Aug/ossec-alerts-11.json',
      '2026/Aug/ossec-alerts-11.json/ossec-alerts-12.json',
    );
    symlinkSync('/etc/passwd', join(directory, '2026/Aug/ossec-alerts-13.json'));
    expect(await namesIn(layoutOf(directory))).toEqual(['2026/Aug/ossec-alerts-10.json']);
  });

  it('are known by one name, plain or compressed; the plain file is preferred', async () => {
    const directory = directoryWith(
      '2026/Aug/ossec-alerts-10.json.gz',
      '2026/Aug/ossec-alerts-11.json',
      '2026/Aug/ossec-alerts-11.json.gz',
    );
    expect((await layoutOf(directory).dated(EVERYTHING)).archives).toMatchObject([
      { compressed: true, dated: { name: '2026/Aug/ossec-alerts-10.json' } },
      { compressed: false, dated: { name: '2026/Aug/ossec-alerts-11.json' } },
    ]);
  });

  it('are those of Wazuh 5, too', async () => {
    const live = 'standard-wazuh-events-v5.json';
    const directory = directoryWith(
      '2026/Aug/wazuh-standard-wazuh-events-v5-20.json.gz',
      '2026/Aug/wazuh-standard-wazuh-events-v5-20-1.json',
      '2026/Aug/wazuh-custom-wazuh-events-v5-20.json',
    );
    expect(await namesIn(layoutOf(directory, live))).toEqual([
      '2026/Aug/wazuh-standard-wazuh-events-v5-20.json',
      '2026/Aug/wazuh-standard-wazuh-events-v5-20-1.json',
    ]);
  });

  it('may belong to a file with a name that means something in patterns', async () => {
    const directory = directoryWith('2026/Aug/ossec-a.b+(c)-20.json', '2026/Aug/ossec-axb-20.json');
    expect(await namesIn(layoutOf(directory, 'a.b+(c).json'))).toEqual([
      '2026/Aug/ossec-a.b+(c)-20.json',
    ]);
  });

  it('are not many when there is no directory', async () => {
    const { archives, trouble } = await layoutOf(join(tempDir(), 'missing')).dated(EVERYTHING);
    expect(archives).toEqual([]);
    expect(trouble).toBeUndefined();
  });

  it('are found although they are compressed in the midst of it', async () => {
    const directory = directoryWith(
      '2026/Aug/ossec-alerts-10.json',
      '2026/Aug/ossec-alerts-11.json',
    );
    const path = join(directory, '2026/Aug/ossec-alerts-11.json');
    const files = new FaultyFiles();
    files.interrupt('facts', () => renameSync(path, `${path}.gz`), 'alerts-11');
    const layout = new ArchiveLayout(files, join(directory, 'alerts.json'));
    expect(await namesIn(layout)).toEqual([
      '2026/Aug/ossec-alerts-10.json',
      '2026/Aug/ossec-alerts-11.json',
    ]);
  });

  it('are not to be relied on while files keep coming and going', async () => {
    const directory = directoryWith('2026/Aug/ossec-alerts-10.json');
    const dated = join(directory, '2026/Aug/ossec-alerts-10.json');
    const files = new FaultyFiles();
    const replace = () => {
      writeFileSync(`${dated}.new`, '');
      renameSync(`${dated}.new`, dated);
      files.interrupt('names', replace);
    };
    files.interrupt('names', replace);
    const layout = new ArchiveLayout(files, join(directory, 'alerts.json'));
    expect((await layout.dated(EVERYTHING)).trouble).toMatchObject({ code: 'EAGAIN' });
  });

  it('say what could not be looked at', async () => {
    const directory = directoryWith(
      '2026/Aug/ossec-alerts-10.json',
      '2026/Sep/ossec-alerts-1.json',
    );
    const files = new FaultyFiles();
    files.break('names', '2026/Sep', 'EACCES');
    const layout = new ArchiveLayout(files, join(directory, 'alerts.json'));
    const { archives, trouble } = await layout.dated(EVERYTHING);
    expect(archives).toHaveLength(1);
    expect(trouble).toMatchObject({ code: 'EACCES' });
  });
});

describe('names of archives', () => {
  it('are read from a checkpoint', () => {
    const layout = layoutOf('/x');
    expect(layout.parse('2026/Aug/ossec-alerts-20-003.json')).toEqual({
      name: '2026/Aug/ossec-alerts-20-003.json',
      order: [2026, 8, 20, 3],
    });
    expect(layout.parse('2026/Aug/ossec-alerts-20.json.gz')?.name).toBe(
      '2026/Aug/ossec-alerts-20.json',
    );
    for (const name of ['', '2026/Aug', '2026/Aux/ossec-alerts-20.json', '../../etc/passwd']) {
      expect(layout.parse(name)).toBeUndefined();
    }
  });
});

describe('neighbours', () => {
  it('are files whose names begin with that of the live file', async () => {
    const directory = directoryWith(
      'alerts.json',
      'alerts.json.1',
      'alerts.json.2.gz',
      'alerts.json-20260820',
      'alerts.json.sum',
      'alerts.json.swp',
      'alerts.json~',
      'alerts.log',
      'other.json',
    );
    const { archives } = await layoutOf(directory).neighbours();
    const names = archives.map(({ path }) => path.slice(directory.length + 1)).sort();
    expect(names).toEqual(['alerts.json-20260820', 'alerts.json.1', 'alerts.json.2.gz']);
  });
});
