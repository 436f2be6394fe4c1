import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHome, type Home } from '../../test/support/home.ts';
import type { DestinationResolver } from '../core/destination.ts';
import { createRegistry } from './registry.ts';

let home: Home;
let registry: DestinationResolver;

beforeEach(() => {
  home = createHome('');
  registry = createRegistry({ home: home.path });
});
afterEach(() => {
  home.remove();
});

describe('a name that begins with custom-', () => {
  it.each([
    ['custom-iris', 'iris', 'DFIR-IRIS'],
    ['custom-jira', 'jira', 'Jira'],
    ['custom-slack', 'slack', 'Slack'],
    [' custom-pagerduty\n', 'pagerduty', 'PagerDuty'],
  ])('is the built-in integration where there is no script: %j', (name, builtin, title) => {
    const found = registry.resolve(name);
    expect(found.destination?.name).toBe(builtin);
    expect(found.unusable).toBeUndefined();
    expect(found.description).toBe(
      `${title} (built in; there is no script ${home.path}/integrations/${name.trim()})`,
    );
  });

  it('is the script where there is one, from the next look on', () => {
    home.addScript('custom-iris', '#!/bin/sh\n');
    const found = registry.resolve('custom-iris');
    expect(found.destination?.title).toBe('Script');
    expect(found.unusable).toBeUndefined();
    expect(found.description).toBe(
      `script ${home.path}/integrations/custom-iris (it overrides the built-in DFIR-IRIS)`,
    );
    rmSync(join(home.path, 'integrations', 'custom-iris'));
    expect(registry.resolve('custom-iris').destination?.name).toBe('iris');
  });

  it('is not a directory or a dangling link', () => {
    mkdirSync(join(home.path, 'integrations', 'custom-iris'));
    symlinkSync('/nowhere', join(home.path, 'integrations', 'custom-jira'));
    expect(registry.resolve('custom-iris').destination?.name).toBe('iris');
    expect(registry.resolve('custom-jira').destination?.name).toBe('jira');
  });

  it('is a missing script where nothing of the name is built in', () => {
    for (const name of ['custom-x', 'custom-Iris', 'custom-', 'custom-irisx']) {
      const found = registry.resolve(name);
      expect(found.destination?.title).toBe('Script');
      expect(found.unusable?.reason).toContain(
        `its script ${join(home.path, 'integrations', name)} does not exist`,
      );
    }
    const reason = (name: string) => registry.resolve(name).unusable?.reason;
    expect(reason('custom-Iris')).toMatch(/does not exist; did you mean custom-iris\?$/);
    expect(reason('custom-x')).toMatch(/does not exist$/);
    home.addScript('custom-ticket', '#!/bin/sh\n');
    expect(reason('custom-tikcet')).toMatch(/; did you mean custom-ticket\?$/);
    home.addScript('custom-x', '#!/bin/sh\n');
    expect(registry.resolve('custom-x')).toMatchObject({
      unusable: undefined,
      description: `script ${home.path}/integrations/custom-x`,
    });
  });

  it('breaks nothing, however odd it is', () => {
    expect(registry.resolve('custom-\0').destination?.title).toBe('Script');
    expect(registry.resolve(`custom-${'x'.repeat(5000)}`).destination?.title).toBe('Script');
  });
});

describe('a name without it', () => {
  it('does not lead to what only custom- leads to', () => {
    expect(registry.resolve('iris').destination).toBeUndefined();
    expect(registry.resolve('jira').destination).toBeUndefined();
    expect(registry.resolveType('iris').destination?.title).toBe('DFIR-IRIS');
    expect(registry.resolve('slack').description).toBe('Slack');
  });

  it('is not looked for among the scripts', () => {
    home.addScript('slack', '#!/bin/sh\n');
    expect(registry.resolve('slack').destination?.name).toBe('slack');
  });
});
