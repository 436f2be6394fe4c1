import type { JsonObject } from '../json.ts';

/** The first line of a log about a file, by what happened to it. */
const SUBJECTS: readonly (readonly [event: string, pattern: RegExp])[] = [
  ['modified', /^Integrity checksum changed for: '(.*)'$/],
  ['added', /^New file '(.*)' added to the file system\.$/],
  ['added', /^File '(.*)' was re-added\.$/],
  ['deleted', /^File '(.*)' was deleted\. Unable to retrieve checksum\.$/],
  ['modified', /^File '(.*)' (?:checksum changed\.|modified)$/],
  ['added', /^File '(.*)' (?:was added\.|added)$/],
  ['deleted', /^File '(.*)' (?:was deleted\.|deleted)$/],
];

/** Lines that hold a value before and after. */
const CHANGES: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['size', /^Size changed from '([^']*)' to '([^']*)'$/],
  ['uid', /^Ownership was '([^']*)', now it is '([^']*)'$/],
  ['gid', /^Group ownership was '([^']*)', now it is '([^']*)'$/],
  ['perm', /^Permissions changed from '([^']*)' to '([^']*)'$/],
];
const HASH = /^(Old|New) (md5|sha1|sha256)sum (?:was|is ?): '([0-9a-f]*)'$/i;
/** From here on stands what the file holds: anyone may have written it. */
const CONTENT = /^What changed:/;

/**
 * What the log of an alert about a file says, as Wazuh's `syscheck`; undefined when its first line is
 * none of OSSEC's. Of lines that stand there twice the first counts, and none after the file's content
 * begins: a name or a content cannot overrule what OSSEC itself wrote before.
 */
export function fimFacts(log: string): JsonObject | undefined {
  const lines = log.split('\n');
  const subject = subjectOf(lines[0] ?? '');
  if (subject === undefined) return undefined;
  const facts = new Map<string, string>(subject);
  const learn = (name: string, value: string) => {
    if (!facts.has(name)) facts.set(name, value);
  };
  for (const line of lines.slice(1)) {
    if (CONTENT.test(line)) break;
    for (const [name, pattern] of CHANGES) {
      const [, before, after] = pattern.exec(line) ?? [];
      if (before === undefined || after === undefined) continue;
      learn(`${name}_before`, before);
      learn(`${name}_after`, after);
    }
    const [, which, algorithm, hash] = HASH.exec(line) ?? [];
    if (which === undefined || algorithm === undefined || hash === undefined) continue;
    learn(`${algorithm.toLowerCase()}_${/^old$/i.test(which) ? 'before' : 'after'}`, hash);
  }
  return Object.fromEntries(facts);
}

function subjectOf(line: string): [string, string][] | undefined {
  for (const [event, pattern] of SUBJECTS) {
    const path = pattern.exec(line)?.[1];
    if (path !== undefined) {
      return [
        ['path', path],
        ['event', event],
      ];
    }
  }
  return undefined;
}

/** True for the locations of OSSEC's file monitoring. */
export function isFimLocation(path: string): boolean {
  return path === 'syscheck' || path === 'syscheck-registry';
}
