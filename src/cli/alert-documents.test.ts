import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { tempDir } from '../../test/support/temp-dir.ts';
import { readAlertDocuments } from './alert-documents.ts';
import { openFile, readRecords } from './lines.ts';

let directory: string;
beforeEach(() => {
  directory = tempDir();
});

async function all(read: typeof readRecords, text: string): Promise<[number, string][]> {
  const path = join(directory, 'input');
  writeFileSync(path, text);
  const found: [number, string][] = [];
  for await (const { line, bytes } of read(openFile(path))) found.push([line, bytes.toString()]);
  return found;
}
const documents = (text: string) => all(readAlertDocuments, text);

const alert = (id: string, more: object = {}) => ({
  rule: { level: 3, id: '5710', description: 'a "quoted\\" { [ text' },
  id,
  ...more,
});
const line = (id: string) => JSON.stringify(alert(id));
const pretty = (value: unknown) => JSON.stringify(value, null, 2);
const stored = (id: string) => ({ _index: 'wazuh-alerts-4.x', _id: 'x', _source: alert(id) });

describe('alerts in a file', () => {
  it('are one per line, with the numbers of their lines, whatever stands between them', async () => {
    const text = `${line('1.1')}\n\nbroken\n{"a":\n${line('1.2')}\n`;
    expect(await documents(text)).toEqual(await all(readRecords, text));
    expect(await documents(text)).toContainEqual([4, line('1.2')]);
  });

  it('may be documents over several lines', async () => {
    const text = `${pretty(alert('1.1'))}\n${line('1.2')}\n${pretty(alert('1.3'))}\n`;
    expect(await documents(text)).toEqual([
      [0, line('1.1')],
      [8, line('1.2')],
      [9, line('1.3')],
    ]);
  });

  it('are unpacked from what a dashboard shows and an indexer answers', async () => {
    const ids = ['1.1', '1.2'];
    const answer = { took: 1, hits: { total: { value: 2 }, hits: ids.map(stored) } };
    const wanted = ids.map(line);
    for (const value of [answer, ids.map(stored), ids.map((id) => alert(id))]) {
      for (const text of [
        JSON.stringify(value),
        pretty(value),
        JSON.stringify(value, null, '\t'),
      ]) {
        expect((await documents(text)).map(([, one]) => one)).toEqual(wanted);
      }
    }
    expect(await documents(`${JSON.stringify(stored('1.1'))}\n${pretty(stored('1.2'))}`)).toEqual([
      [0, line('1.1')],
      [4, line('1.2')],
    ]);
    expect(await documents(`[${line('1.1')},\n${line('1.2')}]\n`)).toEqual([
      [0, line('1.1')],
      [1, line('1.2')],
    ]);
  });

  it('count in a list with what else is in it', async () => {
    expect(await documents(`[1, ${line('1.1')}, {}]`)).toEqual([
      [0, '1'],
      [0, line('1.1')],
      [0, '{}'],
    ]);
  });

  it('keep numbers as they were written', async () => {
    const text =
      '{\n  "rule": {"level": 3},\n  "data": {"big": 12345678901234567890, "t": "a  b"}\n}\n';
    expect(await documents(text)).toEqual([
      [0, '{"rule":{"level":3},"data":{"big":12345678901234567890,"t":"a  b"}}'],
    ]);
  });

  it('are what their lines are where a document is never closed, or is none', async () => {
    for (const text of [
      `{\n${line('1.1')}\n${line('1.2')}\n`,
      `{\n  "rule": {\n${line('1.2')}\n`,
      `[\n${line('1.1')},\n`,
      `[broken\n${line('1.1')}\n`,
      `{\n  "rule" 1\n}\n`,
      '[]\n{}\n',
      '[1, 2, {"a": [3]}]\n{"hits": [1, 2]}\n{"_source": {}}\n',
    ]) {
      expect(await documents(text)).toEqual(await all(readRecords, text));
    }
  });

  it('are the same as before where each stands on a line of its own', async () => {
    const pieces = fc.constantFrom(line('1.1'), '', 'x', '{"a":1', '{"rule":{}}', '"', '}');
    await fc.assert(
      fc.asyncProperty(fc.array(pieces), async (lines) => {
        const text = lines.join('\n');
        expect(await documents(text)).toEqual(await all(readRecords, text));
      }),
      { numRuns: 100 },
    );
  });
});
