import { chmodSync, chownSync, lchownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { tempDir } from '../../../test/support/temp-dir.ts';
import type { Account } from '../enter.ts';
import { whyChangeable, whyTreeChangeable, whyUnreachable } from './permissions.ts';

const me = process.getuid?.() ?? 0;
const stranger: Account = { user: 'stranger', group: 'strangers', uid: 54_321, gid: 54_321 };

let root: string;
let file: string;
beforeEach(() => {
  root = tempDir();
  chmodSync(root, 0o755);
  mkdirSync(join(root, 'a', 'b'), { recursive: true });
  for (const directory of ['a', 'a/b']) chmodSync(join(root, directory), 0o755);
  file = join(root, 'a', 'b', 'file');
  writeFileSync(file, '');
  chmodSync(file, 0o755);
});

describe('whether a user gets at a file', () => {
  it('is so with the usual permissions', () => {
    expect(whyUnreachable(file, stranger, 'run')).toBeUndefined();
  });

  it('names the directory that is in the way', () => {
    chmodSync(join(root, 'a'), 0o750);
    const reason = `user stranger cannot enter ${join(root, 'a')}, which leads to ${file}`;
    expect(whyUnreachable(file, stranger, 'read')).toBe(reason);
    expect(whyUnreachable(file, { ...stranger, uid: 0 }, 'read')).toBeUndefined();
    expect(whyUnreachable(file, { ...stranger, uid: me }, 'read')).toBeUndefined();
    const gid = process.getgid?.() ?? 0;
    expect(whyUnreachable(file, { ...stranger, gid }, 'read')).toBeUndefined();
  });

  it('looks at what leads to a link and to its target', () => {
    const link = join(root, 'link');
    symlinkSync(file, link);
    expect(whyUnreachable(link, stranger, 'run')).toBeUndefined();
    chmodSync(join(root, 'a', 'b'), 0o700);
    expect(whyUnreachable(link, stranger, 'run')).toContain(join(root, 'a', 'b'));
  });

  it('tells reading from running', () => {
    chmodSync(file, 0o744);
    expect(whyUnreachable(file, stranger, 'read')).toBeUndefined();
    expect(whyUnreachable(file, stranger, 'run')).toBe(`user stranger cannot run ${file}`);
    chmodSync(file, 0o700);
    expect(whyUnreachable(file, stranger, 'read')).toBe(`user stranger cannot read ${file}`);
  });
});

describe('whether others can change what runs as root', () => {
  it('is not so with the usual permissions, also below a sticky directory', () => {
    expect(whyChangeable(file, me)).toBeUndefined();
    expect(whyTreeChangeable(root, me)).toBeUndefined();
    chmodSync(join(root, 'a'), 0o1777);
    expect(whyChangeable(file, me)).toBeUndefined();
  });

  it.each([
    ['the file', 'a/b/file', 0o757],
    ['its directory', 'a/b', 0o757],
    ['a directory above', 'a', 0o757],
  ])('finds that everyone can write to %s', (_, name, mode) => {
    const place = join(root, name);
    chmodSync(place, mode);
    expect(whyChangeable(file, me)).toContain(`chmod go-w '${place}'`);
    expect(whyTreeChangeable(root, me)).toContain(`chmod go-w '${place}'`);
  });

  it('looks at the target of a link', () => {
    const link = join(root, 'link');
    symlinkSync(file, link);
    chmodSync(file, 0o757);
    expect(whyChangeable(link, me)).toContain(file);
  });

  it.skipIf(me !== 0)('finds another owner or group', () => {
    chownSync(file, stranger.uid, 0);
    expect(whyChangeable(file, me)).toContain(`chown root '${file}'`);
    expect(whyChangeable(file, stranger.uid)).toBeUndefined();
    chownSync(file, 0, stranger.gid);
    expect(whyChangeable(file, me)).toBeUndefined();
    chmodSync(file, 0o775);
    expect(whyChangeable(file, me)).toContain('chmod go-w');
    chownSync(file, 0, 0);
    expect(whyChangeable(file, me)).toBeUndefined();
  });

  it.skipIf(me !== 0)('gives away only what is ours: of others, the owner of one place', () => {
    const place = join(root, 'a');
    chownSync(place, stranger.uid, stranger.gid);
    expect(whyChangeable(file, me)).toMatch(new RegExp(`run: chown root '${place}'$`));
    expect(whyChangeable(file, me, join(place, 'b'))).toContain(`chown root '${place}'`);
    expect(whyChangeable(file, me, root)).toContain(`chown -R root '${place}'`);
    expect(whyTreeChangeable(place, me)).toContain(`chown -R root '${place}'`);
    chownSync(place, 0, 0);
    symlinkSync(file, join(root, 'link'));
    lchownSync(join(root, 'link'), stranger.uid, stranger.gid);
    expect(whyChangeable(join(root, 'link'), me)).toContain(`chown -h root '${root}/link'`);
  });

  it('looks at every directory and link on the way, however many there are', () => {
    const open = join(root, 'open');
    mkdirSync(open);
    symlinkSync(join(root, 'a'), join(open, 'second'));
    symlinkSync(join(open, 'second'), join(root, 'first'));
    const path = join(root, 'first', 'b', 'file');
    expect(whyChangeable(path, me)).toBeUndefined();
    chmodSync(open, 0o777);
    expect(whyChangeable(path, me)).toContain(`chmod go-w '${open}'`);
  });

  it('follows the links in a tree, also in a circle, and refuses those that lead nowhere', () => {
    const outside = tempDir();
    chmodSync(outside, 0o755);
    symlinkSync(outside, join(root, 'a', 'link'));
    symlinkSync(root, join(outside, 'back'));
    expect(whyTreeChangeable(root, me)).toBeUndefined();
    chmodSync(outside, 0o777);
    expect(whyTreeChangeable(root, me)).toContain(`chmod go-w '${outside}'`);
    chmodSync(outside, 0o755);
    symlinkSync(join(outside, 'none'), join(root, 'a', 'nowhere'));
    expect(whyTreeChangeable(root, me)).toContain('does not exist');
  });

  it('accepts a sticky directory on the way, but not one that files are loaded from', () => {
    chmodSync(join(root, 'a'), 0o1777);
    expect(whyChangeable(file, me)).toBeUndefined();
    expect(whyTreeChangeable(join(root, 'a', 'b'), me)).toBeUndefined();
    expect(whyTreeChangeable(join(root, 'a'), me)).toContain('chmod go-w');
  });

  it('has nothing to say of a tree that is not there', () => {
    expect(whyTreeChangeable(join(root, 'none'), me)).toBeUndefined();
  });
});
