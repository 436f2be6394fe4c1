import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createHome, type Home } from '../../test/support/home.ts';
import { resolvePaths } from '../cli/paths.ts';
import { readSetup } from './setup.ts';

let home: Home;
beforeEach(() => {
  home = createHome('<integration><name>custom-note</name></integration>');
  home.addScript('custom-note', '#!/bin/sh\n');
});
afterEach(() => home.remove());

const script = () => join(home.path, 'integrations', 'custom-note');
const setup = () => readSetup(resolvePaths({ home: home.path }, {}), {});
const warnings = () => setup().diagnostics.map(({ line, message }) => [line, message]);

it('says nothing of a script that would be run', () => {
  expect(setup().integrations[0]?.obstacle).toBeUndefined();
  expect(warnings()).toEqual([]);
});

it.each([
  ['without permission to run', () => chmodSync(script(), 0o440), /is not executable by this user/],
  ['that everyone can write', () => chmodSync(script(), 0o777), /can be changed by every user/],
  [
    'that is empty',
    () => {
      chmodSync(script(), 0o750);
      writeFileSync(script(), '');
    },
    /custom-note is empty$/,
  ],
])('warns of a script %s, where it is configured', (_, spoil, says) => {
  spoil();
  const message = expect.stringMatching(says);
  expect(setup().integrations[0]?.obstacle).toEqual(message);
  expect(warnings()).toEqual([
    [expect.any(Number), expect.stringContaining('this integration cannot run: ')],
  ]);
  expect(warnings()).toEqual([[expect.any(Number), message]]);
});

it('says of a script that is missing only that', () => {
  home.configure('<integration><name>custom-absent</name></integration>');
  expect(setup().integrations[0]?.obstacle).toBeUndefined();
  expect(warnings()).toEqual([[expect.any(Number), expect.stringContaining('does not exist')]]);
});
