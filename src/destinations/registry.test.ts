import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHome, type Home } from '../../test/support/home.ts';
import { createRegistry, type Registry } from './registry.ts';

let home: Home;
let registry: Registry;

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
    const found = registry.look(name);
    expect(found.destination?.name).toBe(builtin);
    expect(found.missing).toBeUndefined();
    expect(found.description).toBe(
      `${title} (built in; there is no script ${home.path}/integrations/${name.trim()})`,
    );
  });

  it('is the script where there is one, from the next look on', () => {
    home.addScript('custom-iris', '#!/bin/sh\n');
    const found = registry.look('custom-iris');
    expect(found.destination?.title).toBe('Script');
    expect(found.missing).toBeUndefined();
    expect(found.description).toBe(
      `script ${home.path}/integrations/custom-iris (it overrides the built-in DFIR-IRIS)`,
    );
    rmSync(join(home.path, 'integrations', 'custom-iris'));
    expect(registry.find('custom-iris')?.name).toBe('iris');
  });

  it('is not a directory or a dangling link', () => {
    mkdirSync(join(home.path, 'integrations', 'custom-iris'));
    symlinkSync('/nowhere', join(home.path, 'integrations', 'custom-jira'));
    expect(registry.find('custom-iris')?.name).toBe('iris');
    expect(registry.find('custom-jira')?.name).toBe('jira');
  });

  it('is a missing script where nothing of the name is built in', () => {
    for (const name of ['custom-x', 'custom-Iris', 'custom-', 'custom-irisx']) {
      const found = registry.look(name);
      expect(found.destination?.title).toBe('Script');
      expect(found.missing).toBe(
        `its script ${join(home.path, 'integrations', name)} does not exist`,
      );
      expect(registry.missing(name)).toBe(found.missing);
    }
    home.addScript('custom-x', '#!/bin/sh\n');
    expect(registry.look('custom-x')).toMatchObject({
      missing: undefined,
      description: `script ${home.path}/integrations/custom-x`,
    });
  });

  it('breaks nothing, however odd it is', () => {
    expect(registry.look('custom-\0').destination?.title).toBe('Script');
    expect(registry.look(`custom-${'x'.repeat(5000)}`).destination?.title).toBe('Script');
  });
});

describe('a name without it', () => {
  it('does not lead to what only custom- leads to', () => {
    expect(registry.find('iris')).toBeUndefined();
    expect(registry.find('jira')).toBeUndefined();
    expect(registry.builtins.map(({ name }) => name)).not.toContain('iris');
    expect(registry.look('slack').description).toBe('Slack');
  });

  it('is not looked for among the scripts', () => {
    home.addScript('slack', '#!/bin/sh\n');
    expect(registry.find('slack')?.name).toBe('slack');
  });
});
