import { nearest } from '../../core/nearest.ts';
import type { Report } from '../../core/problem-report.ts';
import { type Check, leaf } from '../check.ts';
import { compileGlob, isGlob, type TextTest } from '../glob.ts';
import { type Lookup, lookupOf } from '../lookup.ts';
import { compileNetworks, parseNetwork } from '../networks.ts';
import { someText } from '../scope.ts';
import { shown, textOf } from '../values.ts';
import type { Entry } from './numbers.ts';

/** The names of one field, of which one must fit: exactly, or as a glob. */
export function namesCheck(key: string, path: readonly string[], entries: readonly Entry[]): Check {
  const lookup = lookupOf(path);
  const test = nameTest(entries.map(String));
  return leaf({
    text: key,
    passes: (scope) => someText(lookup(scope), test, scope),
    found: (scope) => shown(lookup(scope)),
    wanted: entries.join(', '),
  });
}

/** `groups`, of which the fast path can know. */
export function groupsCheck(entries: readonly Entry[]): Check {
  const check = namesCheck('groups', ['rule', 'groups'], entries);
  const groups = entries.map(String);
  return groups.some(isGlob) ? check : { ...check, hints: { groups } };
}

/** Exact names are looked up, globs are tried one after the other. */
export function nameTest(names: readonly string[]): TextTest {
  const exact = new Set(names.filter((name) => !isGlob(name)));
  const globs = names.filter(isGlob).map(compileGlob);
  return (text, scope) =>
    exact.has(text) || globs.some((glob) => scope.spend(1) && glob(text, scope));
}

/** `agents`: by name, id, address or network. Ids are compared as `004`, also where it says 4. */
export function agentsCheck(entries: readonly Entry[]): Check {
  const [name, id, ip] = ['name', 'id', 'ip'].map((key) => lookupOf(['agent', key])) as [
    Lookup,
    Lookup,
    Lookup,
  ];
  const texts = entries.map(String);
  const nameFits = nameTest(texts);
  const ids = new Set(texts.filter((text) => /^\d+$/.test(text)).map(padded));
  const networks = texts.flatMap((text) => parseNetwork(text) ?? []);
  const isInside = compileNetworks(networks);
  return leaf({
    text: 'agents',
    passes: (scope) => {
      if (someText(name(scope), nameFits, scope)) return true;
      const itsId = textOf(id(scope));
      if (itsId !== undefined && ids.has(padded(itsId))) return true;
      if (networks.length === 0) return false;
      const address = textOf(ip(scope));
      return address !== undefined && isInside(address);
    },
    found: (scope) => [id, name, ip].map((lookup) => shown(lookup(scope))).join(', '),
    wanted: entries.join(', '),
  });
}

const padded = (id: string) => id.padStart(3, '0');

const TACTICS = [
  'Reconnaissance',
  'Resource Development',
  'Initial Access',
  'Execution',
  'Persistence',
  'Privilege Escalation',
  'Defense Evasion',
  'Credential Access',
  'Discovery',
  'Lateral Movement',
  'Collection',
  'Command and Control',
  'Exfiltration',
  'Impact',
];

/** `mitre`: ids of techniques, or names of tactics, whatever their case. */
export function mitreCheck(entries: readonly Entry[], report: (at: number) => Report): Check {
  const texts = entries.map(String);
  const isId = (text: string) => /^[Tt][\d.*?]+$/.test(text);
  for (const [at, text] of texts.entries()) {
    const known = TACTICS.some((tactic) => tactic.toLowerCase() === text.toLowerCase());
    if (isId(text) || isGlob(text) || known) continue;
    report(at).warning('no tactic of MITRE ATT&CK has this name', nearest(text, TACTICS));
  }
  const ids = nameTest(texts.filter(isId).map((id) => id.toUpperCase()));
  const tactics = nameTest(texts.filter((text) => !isId(text)).map((name) => name.toLowerCase()));
  const [id, tactic] = [lookupOf(['rule', 'mitre', 'id']), lookupOf(['rule', 'mitre', 'tactic'])];
  return leaf({
    text: 'mitre',
    passes: (scope) =>
      someText(id(scope), ids, scope) ||
      someText(tactic(scope), (text, scope) => tactics(text.toLowerCase(), scope), scope),
    found: (scope) => `${shown(id(scope))}, ${shown(tactic(scope))}`,
    wanted: entries.join(', '),
  });
}
