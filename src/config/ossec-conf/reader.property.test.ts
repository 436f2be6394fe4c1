import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Report } from '../report.ts';
import type { OssecElement } from './element.ts';
import { readOssecConf } from './reader.ts';

/** An element to be written and read back. */
interface Tree {
  readonly name: string;
  readonly attributes: readonly string[];
  readonly content: readonly (Tree | string)[];
}

const names = fc.stringMatching(/^[a-z_][a-z0-9_.:-]{0,8}$/);

/** Text that means itself: a `<` that begins no tag, no backslash, no entity that is decoded. */
const texts = fc
  .array(
    fc.oneof(
      fc.constantFrom('< ', '<1', '&', '&lt;', '>', '"', "'", '-->', ' ', '\r\n', '🚨'),
      fc.stringMatching(/^[^<\\&;\0]{0,5}$/),
    ),
  )
  .map((parts) => parts.join(''));

const comments = fc.constantFrom('', '<!-- <x> & -->', '<! c !>', '<!-->');
const blanks = fc.constantFrom('', ' ', '\n\t');

const trees = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.record({
    name: names,
    attributes: fc.uniqueArray(names, { maxLength: 2 }),
    content: fc.array(fc.oneof({ maxDepth: 4 }, texts, tie('tree')), { maxLength: 4 }),
  }),
})).tree;

/** Writes a tree, with comments and blanks strewn in by the strings drawn from `choices`. */
function write(tree: Tree, choose: () => { comment: string; blank: string }): string {
  const attributes = tree.attributes.map((name) => ` ${choose().blank}${name}="v'"`).join('');
  const { comment, blank } = choose();
  const open = `<${tree.name}${comment}${attributes}${blank}`;
  if (tree.content.length === 0 && blank === '') return `${open}/>`;
  const content = tree.content.map((part) => {
    const piece = typeof part === 'string' ? part : write(part, choose);
    return piece + choose().comment;
  });
  return `${open}>${content.join('')}</${tree.name}${comment}>`;
}

/** What reading must give: names, children, and the text behind the last child. */
function expected(tree: Tree): unknown {
  const lastChild = tree.content.findLastIndex((part) => typeof part !== 'string');
  const value = tree.content
    .slice(lastChild + 1)
    .map(String)
    .join('');
  const children = tree.content.filter((part) => typeof part !== 'string');
  return [tree.name, value, children.map(expected)];
}

function shape({ name, value, children }: OssecElement): unknown {
  return [name, value, children.map(shape)];
}

/** Pieces that the dialect is made of, so that chance builds interesting texts. */
const MARKUP = `< > </ /> <! <!-- --> !> <![CDATA[ ]]> <?xml ?> <a> </a> <a b=" c=' " ' = / \\ \\<
  <ossec_config> </ossec_config> <integration> </integration> <name> </name> <api_key> </api_key>
  &amp;`.split(/\s+/);
const soup = fc
  .array(
    fc.oneof(
      fc.constantFrom(...MARKUP),
      fc.constantFrom(' ', '\n', '\r\n', '\0', '\uFEFF', '\ud83d'),
      fc.string({ unit: 'binary', maxLength: 4 }),
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(''));

describe('readOssecConf on any text', () => {
  it('reads back what was written', () => {
    const marks = fc.infiniteStream(fc.record({ comment: comments, blank: blanks }));
    fc.assert(
      fc.property(fc.array(trees, { maxLength: 3 }), marks, (roots, stream) => {
        const choose = () => stream.next().value ?? { comment: '', blank: '' };
        const text = roots.map((root) => write(root, choose)).join('\nbetween\n');
        const report = new Report('f', text);
        const read = readOssecConf(text, report);
        expect(report.errors).toBe(0);
        expect(read?.map(shape)).toEqual(roots.map(expected));
      }),
      { numRuns: 500 },
    );
  });

  it('never throws, and everything it says has a place in the text', () => {
    fc.assert(
      fc.property(fc.oneof(soup, fc.string({ unit: 'binary' })), (text) => {
        const report = new Report('f', text);
        const roots = readOssecConf(text, report);
        expect(roots === undefined).toBe(report.errors > 0);
        const lines = text.split('\n');
        for (const { line, column, message } of report.diagnostics()) {
          expect(line).toBeGreaterThanOrEqual(1);
          expect(line).toBeLessThanOrEqual(lines.length);
          expect(column).toBeGreaterThanOrEqual(1);
          expect(column).toBeLessThanOrEqual((lines[line - 1] ?? '').length + 1);
          expect(message).not.toBe('');
        }
        for (const element of roots ?? []) expectPlaces(element, text);
      }),
      { numRuns: 2000 },
    );
  });

  // A reader that looks at some stretch of text again and again would need hours for these.
  it.each([
    ['bare <', '<', ''],
    ['bare < in an element', '<', '<a>'],
    ['open elements', '<a>', ''],
    ['elements side by side', '<a/>', ''],
    ['comments', '<!-->', ''],
    ['comments of the other kind', '<! !>', '<!-- --><a>'],
    ['comments that hold comments', '<!--<!---->', '<a>'],
    ['comments that are not closed', '<!', ''],
    ['comments inside a tag', '<!-->', '<a '],
    ['attributes', ' a="b"', '<a'],
    ['an attribute without end', 'x', '<a b="'],
    ['blanks inside a tag', ' ', '<a'],
    ['backslashes', '\\', '<a>'],
    ['escaped tags', '\\</', '<a>'],
    ['ampersands', '&amp;', '<a>'],
    ['CDATA', '<![CDATA[]]>', '<a>'],
    ['declarations', '<?xml', ''],
    ['spaced closing tags', '<b></b >', '<a>'],
    ['lines', 'x\n', '<a>'],
  ])('takes millions of %s in its stride', (_, piece, before) => {
    const text = before + piece.repeat(Math.ceil(4_000_000 / piece.length));
    const report = new Report('f', text);
    readOssecConf(text, report);
    expect(report.diagnostics().length).toBeLessThanOrEqual(201);
  });
});

function expectPlaces(element: OssecElement, text: string): void {
  expect(text[element.offset]).toBe('<');
  expect(element.valueOffset).toBeGreaterThanOrEqual(element.offset);
  expect(element.valueOffset).toBeLessThanOrEqual(text.length);
  for (const child of element.children) expectPlaces(child, text);
}
