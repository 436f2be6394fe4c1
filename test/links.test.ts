import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

const pages = [
  ...readdirSync(root).map((name) => join(root, name)),
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).map((name) =>
    join(root, 'docs', name),
  ),
].filter((path) => path.endsWith('.md'));

/** What is no prose: fenced blocks, and code within a line. */
function withoutCode(text: string): string {
  return text
    .replaceAll(/^```[^]*?^```/gm, '')
    .replaceAll(/`[^`\n]*`/g, (code) => code.slice(1, -1).replaceAll(/[[\]()]/g, ''));
}

/** The names that headings have in a link, as GitHub makes them; the second of a name gets `-1`. */
function anchors(path: string): Set<string> {
  const text = readFileSync(path, 'utf8').replaceAll(/^```[^]*?^```/gm, '');
  const found = new Set<string>();
  for (const [, heading = ''] of text.matchAll(/^#{1,6} (.+)$/gm)) {
    const name = heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-');
    let unique = name;
    for (let at = 1; found.has(unique); at += 1) unique = `${name}-${at}`;
    found.add(unique);
  }
  return found;
}

describe('links', () => {
  it.each(pages.map((path) => [relative(root, path), path] as const))(
    'of %s lead somewhere',
    (_, path) => {
      const links = [...withoutCode(readFileSync(path, 'utf8')).matchAll(/\]\(([^)\s]+)\)/g)];
      const wrong = links
        .map(([, link = '']) => link)
        .filter((link) => !/^[a-z]+:/.test(link))
        .filter((link) => {
          const [file = '', anchor] = link.split('#');
          const target = file === '' ? path : join(dirname(path), file);
          if (!existsSync(target)) return true;
          return anchor !== undefined && !anchors(target).has(anchor);
        });
      expect(wrong).toEqual([]);
    },
  );

  it('are found, also with an anchor', () => {
    expect(pages.length).toBeGreaterThan(20);
    expect(anchors(join(root, 'docs', 'installation.md')).has('go-live')).toBe(true);
  });
});
