import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { tempDir } from '../../test/support/temp-dir.ts';
import { fieldsKnownBy, fieldsOfSamples } from './known-fields.ts';

it('knows the fields of what a manager wrote lately', () => {
  const path = join(tempDir(), 'alerts.json');
  const filler = `${JSON.stringify({ data: { old: 'x'.repeat(1000) } })}\n`.repeat(400);
  const late = '{"data":{"ourapp":{"tenant":"a"}}}\nnot JSON\n{"data":{"cut';
  writeFileSync(path, `{"data":{"ancient":1}}\n${filler}${late}`);
  const known = fieldsKnownBy(path);
  expect(known.has('data.ourapp.tenant')).toBe(true);
  expect(known.has('data.srcip')).toBe(true);
  expect(known.has('data.ancient')).toBe(false);
});

it('has to do with the samples where there is nothing to read, or only a pipe', () => {
  const directory = tempDir();
  const pipe = join(directory, 'pipe');
  execFileSync('mkfifo', [pipe]);
  for (const path of [pipe, directory, join(directory, 'missing')]) {
    expect(fieldsKnownBy(path)).toEqual(fieldsOfSamples());
  }
});
