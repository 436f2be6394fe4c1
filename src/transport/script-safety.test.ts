import { describe, expect, it } from 'vitest';
import { type Identity, unsafeDirectory, unsafeFile } from './script-safety.ts';

/** The rules themselves, for every identity, whoever runs the tests. */

const ROOT: Identity = { uid: 0, gids: [0] };
const WAZUH: Identity = { uid: 101, gids: [101] };
/** As OpenShift runs containers. */
const OPENSHIFT: Identity = { uid: 1_000_700, gids: [0] };

const file = (uid: number, gid: number, mode: number) => ({ uid, gid, mode });

describe('unsafeFile', () => {
  it.each([
    ['the manager as installed', WAZUH, file(0, 101, 0o750)],
    ['the manager as installed, in a container', ROOT, file(0, 101, 0o750)],
    ['a script of root', ROOT, file(0, 0, 0o755)],
    ['a script that root and its group may write', ROOT, file(0, 0, 0o775)],
    ["the user's own, but read-only", WAZUH, file(101, 101, 0o550)],
  ])('lets run: %s', (_what, who, stat) => {
    expect(unsafeFile('/s', stat, who)).toBeUndefined();
  });

  it.each([
    ['everyone can write it', WAZUH, file(0, 0, 0o757), 'every user'],
    ['everyone can write it', ROOT, file(0, 0, 0o757), 'every user'],
    [
      'its own user can write it',
      WAZUH,
      file(101, 101, 0o750),
      'the user that integratord runs as',
    ],
    ['its own group can write it', WAZUH, file(0, 101, 0o770), 'group 101'],
    ['another group can write it', WAZUH, file(0, 50, 0o770), 'group 50'],
    ['the group of root can write it, and is its own', OPENSHIFT, file(0, 0, 0o770), 'group 0'],
    ['it belongs to another user', WAZUH, file(1000, 1000, 0o755), 'user 1000'],
    ['it runs as root and belongs to another', ROOT, file(101, 0, 0o550), 'user 101'],
    ['it runs as root and a group can write it', ROOT, file(0, 101, 0o770), 'group 101'],
  ])('refuses when %s', (_what, who, stat, words) => {
    const problem = unsafeFile('/home/my script', stat, who) ?? '';
    expect(problem).toContain(words);
    expect(problem).toContain("chmod 750 '/home/my script'");
  });
});

it.each([0o4755, 0o2755])(
  'a file with the mode %o runs as someone else, so it is refused',
  (mode) => {
    for (const who of [ROOT, WAZUH]) {
      expect(unsafeFile('/s', file(0, 0, mode), who)).toContain("chmod u-s,g-s '/s'");
    }
  },
);

describe('unsafeDirectory', () => {
  const entry = { path: '/d/e', uid: 0 };

  it.each([
    ['the manager as installed', WAZUH, file(0, 101, 0o750)],
    ['the manager as installed, in a container', ROOT, file(0, 101, 0o750)],
    ["the user's own", WAZUH, file(101, 101, 0o755)],
    ['one of the own group, as volumes have', WAZUH, file(0, 101, 0o2775)],
    ['one with the sticky bit', WAZUH, file(0, 0, 0o1777)],
    ['one with the sticky bit', ROOT, file(0, 0, 0o1777)],
    ['one that the group of root may write', WAZUH, file(0, 0, 0o775)],
  ])('accepts: %s', (_what, who, stat) => {
    expect(unsafeDirectory('/d', stat, who, entry)).toBeUndefined();
  });

  it.each([
    ['everyone can write it', WAZUH, file(0, 0, 0o777), 'Every user'],
    ['another group can write it', WAZUH, file(0, 50, 0o775), 'Group 50'],
    ['another user owns it', WAZUH, file(1000, 1000, 0o755), 'user 1000'],
    ['another user owns it, sticky or not', WAZUH, file(1000, 0, 0o1777), 'user 1000'],
    ['it runs as root and belongs to another', ROOT, file(101, 0, 0o755), 'user 101'],
    ['it runs as root and a group can write it', ROOT, file(0, 101, 0o775), 'Group 101'],
  ])('refuses when %s', (_what, who, stat, words) => {
    expect(unsafeDirectory('/d', stat, who, entry)).toContain(words);
  });

  it.each([ROOT, WAZUH])('trusts what is in a sticky directory only with its owner', (who) => {
    const tmp = file(0, 0, 0o1777);
    const of = (uid: number) => unsafeDirectory('/tmp', tmp, who, { path: '/tmp/e', uid });
    expect(of(0)).toBeUndefined();
    expect(of(who.uid)).toBeUndefined();
    expect(of(1000)).toContain('/tmp/e belongs to user 1000');
  });
});
