import { describe, expect, it } from 'vitest';
import { Report } from '../report.ts';
import { LONGEST_VALUE, type OssecElement } from './element.ts';
import { readOssecConf } from './reader.ts';

function read(text: string) {
  const report = new Report('ossec.conf', text);
  const roots = readOssecConf(text, report);
  const messages = report
    .diagnostics()
    .map(({ severity, line, column, message }) => `${severity} ${line}:${column} ${message}`);
  return { roots, messages };
}

/** Names, values and children only. */
function shape(element: OssecElement): unknown {
  const { name, value, children } = element;
  return children.length === 0 ? [name, value] : [name, children.map(shape)];
}

/** The value of the only element of a text that must be read without a word. */
function quietValue(text: string): string | undefined {
  const { roots, messages } = read(text);
  expect(messages).toEqual([]);
  return roots?.[0]?.value;
}

/** The only message of a text that must be refused. */
function refusal(text: string): string | undefined {
  const { roots, messages } = read(text);
  expect(roots).toBeUndefined();
  expect(messages).toHaveLength(1);
  return messages[0];
}

describe('what the reference reads as well', () => {
  it('takes several roots, and ignores text around them', () => {
    const { roots, messages } = read('x & y\n<a>1</a> between <b>2</b> "z"\n');
    expect(roots?.map(shape)).toEqual([
      ['a', '1'],
      ['b', '2'],
    ]);
    expect(messages).toEqual([]);
  });

  it('takes a text without elements', () => {
    expect(read('').roots).toEqual([]);
    expect(read('no element > here & there <').roots).toEqual([]);
  });

  it('nests elements', () => {
    expect(read('<a><b>1</b><c/><d e="f"><g >2</g></d></a>').roots?.map(shape)).toEqual([
      [
        'a',
        [
          ['b', '1'],
          ['c', ''],
          ['d', [['g', '2']]],
        ],
      ],
    ]);
  });

  it('keeps raw & and > and quotes in values', () => {
    expect(quietValue(`<a>https://h/?a=1&b=2>c'"</a>`)).toBe(`https://h/?a=1&b=2>c'"`);
  });

  it('keeps whitespace and line ends in values', () => {
    expect(quietValue('<a> \r\n\tx \n</a>')).toBe(' \r\n\tx \n');
  });

  it('decodes &amp; once, and no other entity', () => {
    expect(quietValue('<a>1&amp;2&amp;amp;&lt;&#65;&am</a>')).toBe('1&2&amp;&lt;&#65;&am');
  });

  it('takes comments out of values', () => {
    expect(quietValue('<a>1<!-- <b> -->2<! c !>3<!--->4</a>')).toBe('1234');
  });

  it('ends a comment at the first --> or !>, whichever it began with', () => {
    expect(quietValue('<! x --><a>1</a>')).toBe('1');
    expect(quietValue('<!--><a>1</a>')).toBe('1');
    const { roots, messages } = read('<!-- a !><b>1</b> -->');
    expect(roots?.map(shape)).toEqual([['b', '1']]);
    expect(messages).toEqual([
      expect.stringContaining('this one ends at the !> at line 1, column 8'),
    ]);
  });

  it('takes comments inside tags', () => {
    expect(
      read('<na<!-- x -->me <! y !> b="1"<!-- z -->>1</na<!-- w -->me>').roots?.[0],
    ).toMatchObject({ name: 'name', value: '1' });
  });

  it('keeps \\< and \\\\ as they are written', () => {
    expect(quietValue('<a>http://x/\\<id\\></a>')).toBe('http://x/\\<id\\>');
    expect(quietValue('<a>C:\\dir\\\\</a>')).toBe('C:\\dir\\\\');
    expect(quietValue('<a>b\\<c</a>')).toBe('b\\<c');
  });

  it('takes attributes in either kind of quotes', () => {
    const { roots, messages } = read(`<a b = "x'y" c='"'/>`);
    expect(messages).toEqual([]);
    expect(roots?.[0]).toMatchObject({ name: 'a', value: '', attributeOffset: 3 });
  });

  it('gives an element with children the text after the last one', () => {
    const [element] = read('<a>x<b>1</b>y<c/>z</a>').roots ?? [];
    expect(element).toMatchObject({ value: 'z', stray: { offset: 3, text: 'x' } });
  });

  it('ends a value at a NUL, and says so', () => {
    const { roots, messages } = read('<a>b\0c</a>');
    expect(roots?.[0]?.value).toBe('b');
    expect(messages).toEqual([expect.stringMatching(/^warning 1:4 a NUL byte/)]);
  });

  it('tells values that are too long from those that just fit', () => {
    const fits = 'x'.repeat(LONGEST_VALUE);
    expect(read(`<a>${fits}</a>`).roots?.[0]).toMatchObject({ value: fits, tooLong: false });
    expect(read(`<a>${fits}x</a>`).roots?.[0]).toMatchObject({ tooLong: true });
    expect(read(`<a>${'ü'.repeat(10_240)}</a>`).roots?.[0]).toMatchObject({ tooLong: true });
  });
});

describe('what is read here although the reference refuses it', () => {
  it.each([
    [
      'a bare <',
      '<a>{"t":"a < b"}</a>',
      '{"t":"a < b"}',
      'warning 1:12 this < does not begin a tag',
    ],
    ['a <?', '<a>x<?y</a>', 'x<?y', 'warning 1:5 this <? does not begin a tag'],
    ['CDATA', '<a><![CDATA[1<b>&amp;2]]>3</a>', '1<b>&amp;23', 'warning 1:4 CDATA is read here'],
    ['an XML declaration', '<?xml version="1.0"?>\n<a>1</a>', '1', 'warning 1:1 remove the <?xml'],
    ['space in a closing tag', '<a >1</a >', '1', 'warning 1:6 whitespace in a closing tag'],
  ])('%s', (_, text, value, message) => {
    const { roots, messages } = read(text);
    expect(roots?.[0]?.value).toBe(value);
    expect(messages).toEqual([expect.stringContaining(message)]);
    expect(messages[0]).toContain("Wazuh's own programs refuse the whole file");
  });

  it('reports a bare < once for each element', () => {
    expect(read('<a>< < <</a>').messages).toHaveLength(1);
  });
});

describe('what is refused', () => {
  it('says where an element was opened that is not closed, and where that showed', () => {
    expect(refusal('<a>\n  <b>1\n</a>')).toBe(
      'error 2:3 <b> is opened here and not closed before </a> comes at line 3, column 1: add </b>',
    );
    expect(refusal('<a>\n <b>1</b>\n')).toBe(
      'error 1:1 <a> is opened here and not closed before the file ends at line 3, column 1: add </a>',
    );
  });

  it('points at a closing tag that closes nothing', () => {
    expect(refusal('<a>1</b>')).toBe(
      'error 1:5 </b> closes nothing: </a> was expected, for <a> opened at line 1, column 1',
    );
    expect(refusal('<a>1</a></a>')).toMatch(/^error 1:9 <\/a> closes nothing: no element is open/);
  });

  it('explains a backslash before the closing tag', () => {
    expect(refusal('<a><api_key>k\\</api_key></a>')).toMatch(
      /^error 1:4 <api_key> is opened here .* the backslash at line 1, column 14 makes/,
    );
  });

  it('explains a placeholder in angle brackets, without repeating it', () => {
    const message = refusal('<a><api_key><S3CRET></api_key></a>');
    expect(message).toMatch(/^error 1:13 .* inside <api_key>.* placeholder such as <KEY>/);
    expect(message).not.toContain('S3CRET');
  });

  it.each([
    '<a><api_key><S3CRET>x</b></api_key></a>',
    '<a><hook_url><x><S3CRET></hook_url></a>',
    '<a><hook_url></S3CRET></hook_url></a>',
    '<a><options><b></S3CRET></options></a>',
    '<a><hook_url S3CRET>x</hook_url></a>',
    '<a><hook_url https://S3CRET=x>x</hook_url></a>',
    '<a><hook_url <S3CRET></hook_url></a>',
  ])('repeats no piece of a possible secret: %s', (text) => {
    expect(refusal(text)).not.toContain('S3CRET');
  });

  it.each([
    ['<!-- x', /^error 1:1 a comment begins here, but no --> or !> ends it/],
    ['<a><!here> x</a>', /^error 1:4 every <! begins a comment/],
    ['<a>\n<![CDATA[x</a>', /^error 2:1 a <!\[CDATA\[ begins here/],
    ['<a', /^error 1:1 a tag begins here, but no > ends it/],
    ['<a <b>', /^error 1:1 a tag begins here/],
    ['<a></a', /^error 1:4 a closing tag begins here/],
    ['<a b>1</a>', /^error 1:4 an attribute must have a value in quotes/],
    ['<a b=1>1</a>', /^error 1:4 the value of an attribute must be in quotes/],
    ['<a b="1>\n</a>"', /^error 1:6 a quote opens here/],
    ['<a/b>', /^error 1:3 a \/ inside a tag must be followed by >/],
    ['<a></>', /^error 1:4 .* closes nothing/],
    [`<${'a'.repeat(30_000)}>`, /^error 1:1 the name of this tag is longer than 20479 bytes/],
    ['<a>'.repeat(1025), /^error 1:3073 elements are nested more than 1024 deep/],
    ['<a/>'.repeat(100_001), /^error 1:400001 this file has more than 100000 elements/],
  ])('refuses %#', (text, pattern) => {
    expect(refusal(text)).toMatch(pattern);
  });

  it('warns of comments that swallow other comments, and of what only looks like a tag', () => {
    expect(read('<!-- a -> <b/> <!-- c -->').messages).toEqual([
      expect.stringMatching(
        /^warning 1:1 every <! begins a comment: this one ends at the --> at line 1, column 23/,
      ),
    ]);
    expect(read('<!DOCTYPE a>\n<!-- x --><a/>').messages).toHaveLength(1);
  });
});
