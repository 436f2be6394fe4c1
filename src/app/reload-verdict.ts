import type { Unusable } from '../core/destination-settings.ts';
import type { Diagnostic } from '../core/diagnostic.ts';
import type { Integration } from '../core/integration.ts';
import { nearest } from '../core/nearest.ts';

/** An integration of a configuration, and whether it can deliver. */
export interface JudgedIntegration {
  readonly integration: Integration;
  /** Why it cannot; undefined when it can. */
  readonly unusable: Unusable | undefined;
}

/** What a verdict needs of a configuration. */
export interface JudgedSetup {
  readonly integrations: readonly JudgedIntegration[];
  readonly diagnostics: readonly Diagnostic[];
  /** Files that are blank or gone. */
  readonly blank: readonly Diagnostic[];
}

/**
 * Says what speaks against replacing a configuration by a new one: its errors, files that have become
 * blank, and integrations that could deliver and could not any more. Nothing: it may be replaced.
 * What could not deliver before, and what was taken out, speaks against nothing.
 */
export function objections(before: JudgedSetup, after: JudgedSetup): Diagnostic[] {
  const wasBlank = (file: string) => before.blank.some((one) => one.file === file);
  const errors = [
    ...after.blank.filter(({ file }) => !wasBlank(file)),
    ...after.diagnostics.filter(({ severity }) => severity === 'error'),
  ];
  const predecessors = predecessorsOf(before.integrations, after.integrations);
  for (const { integration, unusable } of after.integrations) {
    // That a secret is missing is among the errors.
    if (unusable === undefined || unusable.kind === 'missing_secret') continue;
    const predecessor = predecessors.get(integration.id);
    if (predecessor === undefined || predecessor.unusable !== undefined) continue;
    const { id } = predecessor.integration;
    const message = `${id} works now and could not any more: ${unusable.reason}`;
    errors.push({ severity: 'error', ...integration.source, message });
  }
  return errors;
}

/** What two integrations must have in common to be taken for the same one. */
type Likeness = (old: Integration, now: Integration) => boolean;

const sameName: Likeness = (old, now) => old.name.trim() === now.name.trim();
const similarName: Likeness = (old, now) =>
  nearest(now.name.trim(), [old.name.trim()]) !== undefined;
const sameId: Likeness = (old, now) => old.id === now.id;
const sameTarget: Likeness = (old, now) => {
  const target = targetOf(now);
  return target !== undefined && target === targetOf(old);
};
const sameFilters: Likeness = (old, now) => filtersOf(old) === filtersOf(now);
const same: Likeness = (old, now) => {
  return targetOf(old) === targetOf(now) && filtersOf(old) === filtersOf(now);
};
const all =
  (...likenesses: readonly Likeness[]): Likeness =>
  (old, now) =>
    likenesses.every((alike) => alike(old, now));

/**
 * From the surest to the least sure. When the first of two blocks of one name is taken out, `slack#2`
 * becomes `slack`, so what a block says comes before its id. Last come those whose name changed: a
 * name may be mistyped.
 */
const LIKENESSES: readonly Likeness[] = [
  all(sameName, same, sameId),
  all(sameName, same),
  all(sameName, sameTarget, sameId),
  all(sameName, sameTarget),
  all(sameName, sameFilters, sameId),
  all(sameName, sameFilters),
  sameId,
  sameTarget,
  all(similarName, same),
];

/** Which integration of before each one was, by its present id; those that are new have none. */
function predecessorsOf(
  before: readonly JudgedIntegration[],
  after: readonly JudgedIntegration[],
): Map<string, JudgedIntegration> {
  const found = new Map<string, JudgedIntegration>();
  const free = new Set(before);
  for (const alike of LIKENESSES) {
    for (const { integration } of after) {
      if (found.has(integration.id)) continue;
      for (const old of free) {
        if (!alike(old.integration, integration)) continue;
        found.set(integration.id, old);
        free.delete(old);
        break;
      }
    }
  }
  return found;
}

/** Where it delivers to; undefined when it does not say. */
function targetOf({ hookUrl, apiKey }: Integration): string | undefined {
  if (hookUrl === undefined && apiKey === undefined) return undefined;
  return JSON.stringify([hookUrl?.reveal() ?? null, apiKey?.reveal() ?? null]);
}

function filtersOf({ level, ruleIds, group, eventLocation, optionsText }: Integration): string {
  const options = optionsText?.reveal() ?? null;
  return JSON.stringify([level, ruleIds ?? null, group ?? null, eventLocation ?? null, options]);
}
