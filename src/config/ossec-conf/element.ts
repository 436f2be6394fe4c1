/** Inside these, even the name of a stray tag may be a piece of a secret. */
export const SECRET_ELEMENTS: ReadonlySet<string> = new Set(['hook_url', 'api_key', 'options']);

/** The reference refuses longer names and values (`os_xml.c`). In bytes. */
export const LONGEST_VALUE = 20_479;

/** The reference refuses deeper nesting. */
export const DEEPEST_NESTING = 1024;

/** No real configuration has this many elements; more mean a wrong file. */
export const MOST_ELEMENTS = 100_000;

/** Text that nothing reads, and where its first word stands. */
export interface StrayText {
  readonly offset: number;
  readonly text: string;
}

/** An element of the configuration. Offsets are positions in the text. */
export interface OssecElement {
  readonly name: string;
  /** The offset of its `<`. */
  readonly offset: number;
  readonly children: readonly OssecElement[];
  /**
   * Its text: what follows the last child, without comments, with `&amp;` decoded, else untouched.
   * A value that is too long is cut.
   */
  readonly value: string;
  /** The offset of the value's first non-whitespace character, or where it would be. */
  readonly valueOffset: number;
  /** True when the value is longer than {@link LONGEST_VALUE}. */
  readonly tooLong: boolean;
  /** The offset of the first attribute; attributes have no meaning for an integration. */
  readonly attributeOffset: number | undefined;
  /** Text that is neither a value nor inside a child, and so ignored. */
  readonly stray: StrayText | undefined;
}

/** An element whose closing tag has not been read yet. */
export interface OpenElement {
  readonly name: string;
  readonly offset: number;
  readonly contentOffset: number;
  readonly attributeOffset: number | undefined;
  readonly children: OssecElement[];
  /** Text since the last child. */
  text: string;
  /** The offset of its first non-whitespace character. */
  textOffset: number | undefined;
  tooLong: boolean;
  stray: StrayText | undefined;
  hasBareLess: boolean;
  /** The offset of a `\</`, which looks like the end of the element but isn't. */
  escapedCloseOffset: number | undefined;
}

/** An element that begins at a tag, with nothing in it yet. */
export function openElement(
  start: Pick<OpenElement, 'name' | 'offset' | 'contentOffset' | 'attributeOffset'>,
): OpenElement {
  return {
    ...start,
    children: [],
    text: '',
    textOffset: undefined,
    tooLong: false,
    stray: undefined,
    hasBareLess: false,
    escapedCloseOffset: undefined,
  };
}

/** The text of an open element since its last child, where it turns out to be no value. */
export function strayText({ text, textOffset }: OpenElement): StrayText | undefined {
  return textOffset === undefined ? undefined : { offset: textOffset, text: text.trim() };
}

/** The element once its closing tag is read. A NUL in its text ends the value. */
export function finishedElement(open: OpenElement): OssecElement {
  const { name, offset, children, textOffset, attributeOffset } = open;
  const nul = open.text.indexOf('\0');
  const value = nul === -1 ? open.text : open.text.slice(0, nul);
  return {
    name,
    offset,
    children,
    value,
    valueOffset: textOffset ?? open.contentOffset,
    tooLong: open.tooLong || Buffer.byteLength(value) > LONGEST_VALUE,
    attributeOffset,
    stray: open.stray ?? (children.length > 0 ? strayText(open) : undefined),
  };
}
