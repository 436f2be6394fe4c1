/** The reference refuses longer names and values (`os_xml.c`). In bytes. */
export const LONGEST_VALUE = 20_479;

/** The reference refuses deeper nesting. */
export const DEEPEST_NESTING = 1024;

/** No configuration has so many elements; more are a sign of a wrong file. */
export const MOST_ELEMENTS = 100_000;

/** An element of the configuration. Offsets are places in the text that was read. */
export interface OssecElement {
  readonly name: string;
  /** Where its `<` stands. */
  readonly offset: number;
  readonly children: readonly OssecElement[];
  /**
   * Its text: what follows the last child, without comments, with `&amp;` decoded, else untouched.
   * A value that is too long is cut.
   */
  readonly value: string;
  /** Where the value's first character stands that is no white space, else where it would stand. */
  readonly valueOffset: number;
  /** True when the value is longer than {@link LONGEST_VALUE}. */
  readonly tooLong: boolean;
  /** Where the first attribute stands; attributes mean nothing to an integration. */
  readonly attributeOffset: number | undefined;
  /** Where text stands that is neither a value nor inside a child: nothing reads it. */
  readonly strayTextOffset: number | undefined;
}

/** An element whose closing tag has not come yet. */
export interface OpenElement {
  readonly name: string;
  readonly offset: number;
  readonly contentOffset: number;
  readonly attributeOffset: number | undefined;
  readonly children: OssecElement[];
  /** Text since the last child. */
  text: string;
  /** Where its first character stands that is no white space. */
  textOffset: number | undefined;
  tooLong: boolean;
  strayTextOffset: number | undefined;
  hasBareLess: boolean;
  /** Where `\</` stands, which looks like the end of the element and is none. */
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
    strayTextOffset: undefined,
    hasBareLess: false,
    escapedCloseOffset: undefined,
  };
}
