import { describe, expect, it } from 'vitest';
import { helpText, parseFlags } from './flags.ts';

const DEFAULTS = {
  kind: 'run',
  debug: 0,
  test: false,
  foreground: false,
  user: undefined,
  group: undefined,
};

describe('the original’s flags', () => {
  it.each([
    ['', {}],
    ['-t', { test: true }],
    ['-d -d', { debug: 2 }],
    ['-ddf', { debug: 2, foreground: true }],
    ['-td', { test: true, debug: 1 }],
    ['-u nobody -g nogroup', { user: 'nobody', group: 'nogroup' }],
    ['-unobody -gnogroup', { user: 'nobody', group: 'nogroup' }],
    ['-dfu nobody -t', { debug: 1, foreground: true, test: true, user: 'nobody' }],
    ['-u -t', { user: '-t' }],
    ['-u a -u b', { user: 'b' }],
    ['start -t more', { test: true }],
    ['-t -- -d -x', { test: true }],
    ['-', {}],
  ])('%s', (line, expected) => {
    const args = line === '' ? [] : line.split(' ');
    expect(parseFlags(args)).toEqual({ ...DEFAULTS, ...expected });
  });

  it('decides at the first flag that says what to do', () => {
    expect(parseFlags(['-tV', '-x'])).toEqual({ kind: 'version' });
    expect(parseFlags(['-h', '-V'])).toEqual({ kind: 'help', problem: undefined });
    expect(parseFlags(['-x', '-V'])).toEqual({ kind: 'help', problem: 'there is no option -x' });
  });

  it.each(['-c', '-D', '-tx', '--help', '-u', '-dg'])('%s gets help', (flag) => {
    expect(parseFlags([flag])).toMatchObject({ kind: 'help', problem: expect.any(String) });
  });

  it('explains every flag in its help', () => {
    for (const flag of 'Vhdtfug') expect(helpText('x')).toMatch(new RegExp(`^  -${flag} `, 'm'));
  });
});
