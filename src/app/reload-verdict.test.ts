import { describe, expect, it } from 'vitest';
import { anIntegration } from '../../test/support/jobs.ts';
import type { Unusable } from '../core/destination-settings.ts';
import type { Diagnostic } from '../core/diagnostic.ts';
import type { Integration } from '../core/integration.ts';
import { Secret } from '../core/secret.ts';
import { type JudgedIntegration, type JudgedSetup, objections } from './reload-verdict.ts';

const NO_ADDRESS: Unusable = { kind: 'missing_setting', reason: 'it needs <hook_url>' };
const NO_SCRIPT: Unusable = { kind: 'missing_script', reason: 'its script does not exist' };

/** A block that delivers to an address, unless it has none. */
function works(id: string, url?: string, changes: Partial<Integration> = {}): JudgedIntegration {
  const name = id.replace(/#\d+$/, '');
  const hookUrl = url === undefined ? undefined : new Secret(url);
  return { integration: anIntegration({ id, name, hookUrl, ...changes }), unusable: undefined };
}

function broken(
  id: string,
  changes: Partial<Integration> = {},
  unusable: Unusable = NO_ADDRESS,
): JudgedIntegration {
  return { ...works(id, undefined, changes), unusable };
}

function setup(
  integrations: readonly JudgedIntegration[],
  changes: Partial<JudgedSetup> = {},
): JudgedSetup {
  return { integrations, diagnostics: [], blank: [], ...changes };
}

/** What speaks against the second of two lists of blocks. */
function verdict(before: readonly JudgedIntegration[], after: readonly JudgedIntegration[]) {
  return objections(setup(before), setup(after)).map(({ message }) => message.split(' ')[0]);
}

function diagnostic(severity: Diagnostic['severity'], file = 'ossec.conf'): Diagnostic {
  return { severity, file, line: 3, column: 4, message: `a ${severity}` };
}

describe('a new configuration with an error', () => {
  it('is not taken, whatever was before; warnings do not matter', () => {
    const [error, warning] = [diagnostic('error'), diagnostic('warning')];
    const after = setup([], { diagnostics: [warning, error] });
    expect(objections(setup([]), after)).toEqual([error]);
    expect(objections(after, after)).toEqual([error]);
    expect(objections(setup([]), setup([], { diagnostics: [warning] }))).toEqual([]);
  });

  it('is not taken when a file has become blank, but when it already was', () => {
    const blank = [diagnostic('error'), diagnostic('error', 'integratord.yaml')];
    const [conf, yaml] = blank;
    expect(objections(setup([]), setup([], { blank }))).toEqual(blank);
    const wasBlank = setup([], { blank: [yaml as Diagnostic] });
    expect(objections(wasBlank, setup([], { blank }))).toEqual([conf]);
  });

  it('names a missing secret once, since that is an error already', () => {
    const secret: Unusable = { kind: 'missing_secret', reason: 'a secret is missing' };
    const error = diagnostic('error');
    const after = setup([broken('slack', {}, secret)], { diagnostics: [error] });
    expect(objections(setup([works('slack', 'a')]), after)).toEqual([error]);
  });
});

describe('an integration that could deliver and now cannot', () => {
  it('is told of with its place and the reason', () => {
    const source = { file: 'ossec.conf', line: 12, column: 5 };
    const after = setup([broken('slack', { source })]);
    expect(objections(setup([works('slack', 'a')]), after)).toEqual([
      {
        severity: 'error',
        ...source,
        message: 'slack works now and could not any more: it needs <hook_url>',
      },
    ]);
  });

  it.each<[string, JudgedIntegration[], JudgedIntegration[]]>([
    ['its address is gone', [works('slack', 'a')], [broken('slack')]],
    [
      'its address is malformed',
      [works('slack', 'http://a')],
      [{ ...works('slack', 'a'), unusable: NO_ADDRESS }],
    ],
    ['its script is gone', [works('custom-a')], [broken('custom-a', {}, NO_SCRIPT)]],
    ['its filters changed as well', [works('slack', 'a')], [broken('slack', { level: 9 })]],
    [
      'its name is mistyped, and leads nowhere',
      [works('custom-note', undefined, { level: 7 })],
      [broken('custom-noet', { level: 7 }, NO_SCRIPT)],
    ],
    [
      'its name is quite another, but its key is the same',
      [works('pagerduty', 'k')],
      [{ ...works('telegram', 'k'), unusable: NO_SCRIPT }],
    ],
    [
      'its name changed, in integratord.yaml, where the id tells',
      [works('room', 'a', { name: 'slack', isOurs: true })],
      [broken('room', { name: 'custom-x', isOurs: true, level: 5 }, NO_SCRIPT)],
    ],
  ])('is held on to: %s', (_, before, after) => {
    expect(verdict(before, after)).toHaveLength(1);
  });
});

describe('what speaks against nothing', () => {
  it.each<[string, JudgedIntegration[], JudgedIntegration[]]>([
    ['nothing changed', [works('slack', 'a')], [works('slack', 'a')]],
    ['a block taken out', [works('slack', 'a'), works('shuffle', 'b')], [works('shuffle', 'b')]],
    ['all blocks taken out', [works('slack', 'a'), works('slack#2', 'b')], []],
    ['a new block that cannot run', [works('slack', 'a')], [works('slack', 'a'), broken('jira')]],
    ['one that could not run before', [broken('slack')], [broken('slack', { level: 3 })]],
    ['one that can run by now', [broken('slack')], [works('slack', 'a')]],
    [
      'another that cannot run in the place of one taken out',
      [works('custom-a', undefined, { level: 3 })],
      [broken('custom-mattermost', { level: 3 }, NO_SCRIPT)],
    ],
  ])('%s', (_, before, after) => {
    expect(verdict(before, after)).toEqual([]);
  });
});

describe('of several blocks of one name', () => {
  const LEVEL = { level: 9 };

  it('knows the second again when the first was taken out', () => {
    const before = [works('slack', 'a'), works('slack#2', 'b', LEVEL)];
    expect(verdict(before, [works('slack', 'b', LEVEL)])).toEqual([]);
    expect(verdict(before, [broken('slack', LEVEL)])).toEqual(['slack#2']);
  });

  it('is not held up by the second, which never could, when the first was taken out', () => {
    const before = [works('slack', 'a'), broken('slack#2', LEVEL)];
    expect(verdict(before, [broken('slack', LEVEL)])).toEqual([]);
  });

  it('holds on to the second when the first, which never could, was taken out', () => {
    const before = [broken('slack'), works('slack#2', 'b', LEVEL)];
    expect(verdict(before, [broken('slack', LEVEL)])).toEqual(['slack#2']);
  });

  it('knows them again when they changed places, and which of them broke', () => {
    const before = [works('slack', 'a'), works('slack#2', 'b', LEVEL)];
    expect(verdict(before, [works('slack', 'b', LEVEL), works('slack#2', 'a')])).toEqual([]);
    expect(verdict(before, [broken('slack', LEVEL), works('slack#2', 'a')])).toEqual(['slack#2']);
    expect(verdict(before, [works('slack', 'b', LEVEL), broken('slack#2')])).toEqual(['slack']);
  });

  it('tells a new one that cannot run from those that can', () => {
    const before = [works('slack', 'a'), works('slack#2', 'b')];
    const after = [broken('slack'), works('slack#2', 'a'), works('slack#3', 'b')];
    expect(verdict(before, after)).toEqual([]);
  });
});
