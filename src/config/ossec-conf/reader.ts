import { quoted, type Report } from '../report.ts';
import { Comments } from './comments.ts';
import {
  DEEPEST_NESTING,
  finishedElement,
  LONGEST_VALUE,
  MOST_ELEMENTS,
  type OpenElement,
  type OssecElement,
  openElement,
  SECRET_ELEMENTS,
  strayText,
} from './element.ts';
import { isBlank, readTag, type Tag } from './tag.ts';

const PLACEHOLDER =
  '; if this is a placeholder such as <KEY>, replace it with the value, without < and >';
const CDATA = '<![CDATA[';
const OTHERS_REFUSE = "Wazuh's own programs refuse the whole file because of it";
const [BANG, SLASH, LESS, QUESTION] = [0x21, 0x2f, 0x3c, 0x3f];
const [BACKSLASH, UNDERSCORE] = [0x5c, 0x5f];

/**
 * Reads a configuration in the dialect of `ossec.conf`, which resembles XML but isn't (facts from
 * running Wazuh 4.14's `os_xml.c`): several roots, text around them, bare `&` and `>`, comments
 * from `<!` to `-->` or `!>` anywhere, `\<` for a `<` that does not begin a tag (the backslash stays in
 * the value), no entities. It also accepts what people write when they assume it is XML:
 * `<![CDATA[…]]>`, an `<?xml …?>` line, `</name >`, a bare `<` that cannot begin a tag, `&amp;`.
 *
 * Returns the root elements, or undefined when the syntax is broken; then the report says where.
 * Takes linear time for any text, and never throws.
 */
export function readOssecConf(text: string, report: Report): OssecElement[] | undefined {
  return new Reader(text, report).read();
}

class Reader {
  readonly #text: string;
  readonly #report: Report;
  readonly #comments: Comments;
  readonly #roots: OssecElement[] = [];
  readonly #open: OpenElement[] = [];
  #at = 0;
  #elements = 0;

  constructor(text: string, report: Report) {
    this.#text = text;
    this.#report = report;
    this.#comments = new Comments(text);
  }

  read(): OssecElement[] | undefined {
    for (;;) {
      this.#readText();
      if (this.#at >= this.#text.length) break;
      if (!this.#readMarkup()) return undefined;
    }
    const unclosed = this.#open.at(-1);
    if (unclosed === undefined) return this.#roots;
    this.#failUnclosed(unclosed, this.#text.length, 'the file ends');
    return undefined;
  }

  /** Reads up to the next markup or the end of the text. */
  #readText(): void {
    const from = this.#at;
    let at = from;
    for (; at < this.#text.length; at += 1) {
      const unit = this.#text.charCodeAt(at);
      if (unit === BACKSLASH) {
        if (this.#text.startsWith('</', at + 1)) this.#noteEscapedClose(at);
        at += 1; // whatever stands behind a backslash is text, also a second backslash
      } else if (unit === LESS) {
        if (this.#beginsMarkup(at)) break;
        this.#noteBareLess(at);
      }
    }
    this.#at = Math.min(at, this.#text.length);
    this.#append(from, this.#at, true);
  }

  #beginsMarkup(at: number): boolean {
    const next = this.#text.charCodeAt(at + 1);
    const letter = next | 0x20; // lower case
    return (
      (letter >= 0x61 && letter <= 0x7a) || next === UNDERSCORE || next === SLASH || next === BANG
    );
  }

  #readMarkup(): boolean {
    const next = this.#text.charCodeAt(this.#at + 1);
    if (next === BANG) {
      return this.#text.startsWith(CDATA, this.#at) ? this.#readCdata() : this.#readComment();
    }
    const offset = this.#at;
    const tag = readTag(this.#text, offset, this.#comments);
    if (!tag.ok) return this.#fail(tag.offset, tag.message + this.#placeholderHint());
    this.#at = tag.end;
    return next === SLASH ? this.#closeTag(tag, offset) : this.#openTag(tag, offset);
  }

  #readComment(): boolean {
    const offset = this.#at;
    const comment = this.#comments.end(offset);
    // `<!here>` in a message or a DOCTYPE: not meant as a comment.
    const looksLikeTag = /^<![A-Za-z[]/.test(this.#text.slice(offset, offset + 3));
    if (comment === undefined) {
      const what = looksLikeTag ? 'every <! begins a comment' : 'a comment begins here';
      return this.#fail(offset, `${what}, but no --> or !> ends it`);
    }
    this.#at = comment.end;
    const isLong = this.#text.startsWith('<!--', offset);
    const holdsAnother = this.#text.slice(offset + 4, comment.end).includes('<!--');
    if (looksLikeTag || holdsAnother || (isLong && comment.closer === '!>')) {
      const end = this.#report.place(comment.end - comment.closer.length);
      this.#warn(
        offset,
        `every <! begins a comment: this one ends at the ${comment.closer} at ${end}`,
      );
    }
    return true;
  }

  #readCdata(): boolean {
    const offset = this.#at;
    const end = this.#text.indexOf(']]>', offset);
    if (end === -1) return this.#fail(offset, 'a <![CDATA[ begins here, but no ]]> ends it');
    this.#warn(offset, `CDATA is read here, but ${OTHERS_REFUSE}: write the text without it`);
    this.#append(offset + CDATA.length, end, false);
    this.#at = end + 3;
    return true;
  }

  #openTag(tag: Tag, offset: number): boolean {
    this.#elements += 1;
    if (this.#elements > MOST_ELEMENTS) {
      return this.#fail(
        offset,
        `this file has more than ${MOST_ELEMENTS} elements: is it the right one?`,
      );
    }
    if (this.#open.length >= DEEPEST_NESTING) {
      return this.#fail(
        offset,
        `elements are nested more than ${DEEPEST_NESTING} deep here: is a closing tag missing?`,
      );
    }
    const { name, attributeOffset } = tag;
    const contentOffset = tag.selfClosing ? offset : tag.end;
    this.#open.push(openElement({ name, offset, contentOffset, attributeOffset }));
    if (tag.selfClosing) this.#close();
    return true;
  }

  #closeTag(tag: Tag, offset: number): boolean {
    const open = this.#open.at(-1);
    if (open === undefined) {
      return this.#fail(
        offset,
        `${this.#displayTag(tag.name, '/')} closes nothing: no element is open here`,
      );
    }
    if (open.name !== tag.name) {
      if (this.#open.some((outer) => outer.name === tag.name)) {
        return this.#failUnclosed(open, offset, `${this.#displayTag(tag.name, '/')} comes`);
      }
      const expected = this.#displayTag(open.name, '/');
      const opened = `${this.#displayTag(open.name)} opened at ${this.#report.place(open.offset)}`;
      return this.#fail(
        offset,
        `${this.#displayTag(tag.name, '/')} closes nothing: ${expected} was expected, for ${opened}`,
      );
    }
    if (tag.spaced) {
      const right = this.#displayTag(tag.name, '/');
      this.#warn(offset, `whitespace in a closing tag: write ${right}, since ${OTHERS_REFUSE}`);
    }
    this.#close();
    return true;
  }

  /** Turns the innermost open element into a finished one. */
  #close(): void {
    const open = this.#open.pop();
    if (open === undefined) return;
    if (open.text.includes('\0')) {
      this.#warn(open.textOffset ?? open.offset, 'a NUL byte in this text ends it: remove it');
    }
    const element = finishedElement(open);
    const parent = this.#open.at(-1);
    if (parent === undefined) {
      this.#roots.push(element);
      return;
    }
    parent.children.push(element);
    if (parent.textOffset !== undefined) parent.stray ??= strayText(parent);
    parent.text = '';
    parent.textOffset = undefined;
    parent.tooLong = false;
  }

  /** Adds a piece of text to the innermost open element. Only as much is kept as a value may have. */
  #append(from: number, to: number, decode: boolean): void {
    const open = this.#open.at(-1);
    if (open === undefined) {
      this.#noteDeclaration(from, to);
      return;
    }
    if (from >= to) return;
    if (open.textOffset === undefined) {
      let first = from;
      while (first < to && isBlank(this.#text.charCodeAt(first))) first += 1;
      if (first < to) open.textOffset = first;
    }
    if (open.tooLong) return;
    const piece = this.#text.slice(from, to);
    open.text += decode && piece.includes('&amp;') ? piece.replaceAll('&amp;', '&') : piece;
    if (open.text.length > LONGEST_VALUE) {
      open.text = open.text.slice(0, LONGEST_VALUE);
      open.tooLong = true;
    }
  }

  /** Text outside all elements is ignored; only the XML declaration is reported. */
  #noteDeclaration(from: number, to: number): void {
    const offset = this.#text.slice(from, Math.min(to, from + 1000)).indexOf('<?xml');
    if (offset !== -1) this.#warn(from + offset, `remove the <?xml …?> line: ${OTHERS_REFUSE}`);
  }

  #noteBareLess(offset: number): void {
    const open = this.#open.at(-1);
    if (open === undefined || open.hasBareLess) return;
    open.hasBareLess = true;
    const what = this.#text.charCodeAt(offset + 1) === QUESTION ? '<?' : '<';
    this.#warn(
      offset,
      `this ${what} does not begin a tag and is read as text, but ${OTHERS_REFUSE}`,
    );
  }

  #noteEscapedClose(offset: number): void {
    const open = this.#open.at(-1);
    if (open !== undefined) open.escapedCloseOffset ??= offset;
  }

  #failUnclosed(open: OpenElement, noticedAt: number, what: string): false {
    const tag = this.#displayTag(open.name);
    const noticed = `${what} at ${this.#report.place(noticedAt)}`;
    const secret = this.#open.findIndex(({ name }) => SECRET_ELEMENTS.has(name));
    const inSecret = secret === -1 ? undefined : this.#open[secret + 1];
    if (open.escapedCloseOffset !== undefined) {
      const at = this.#report.place(open.escapedCloseOffset);
      return this.#fail(
        open.offset,
        `${tag} is opened here and not closed before ${noticed}: the backslash at ${at} makes the ` +
          'following < part of the value; a value cannot end in a single backslash',
      );
    }
    if (inSecret !== undefined) {
      const within = `<${this.#open[secret]?.name}>`;
      return this.#fail(
        inSecret.offset,
        `the < here begins a tag inside ${within}, which is not closed before ${noticed}${PLACEHOLDER}`,
      );
    }
    return this.#fail(
      open.offset,
      `${tag} is opened here and not closed before ${noticed}: add ${this.#displayTag(open.name, '/')}`,
    );
  }

  /** Inside a secret, a < is hardly ever meant as a tag. */
  #placeholderHint(): string {
    return this.#open.some(({ name }) => SECRET_ELEMENTS.has(name)) ? PLACEHOLDER : '';
  }

  /** A tag for a message; nameless where the name could be part of a secret. */
  #displayTag(name: string, slash = ''): string {
    const secret = this.#open.findIndex((open) => SECRET_ELEMENTS.has(open.name));
    const known =
      secret === -1 || this.#open.slice(0, secret + 1).some((open) => open.name === name);
    if (!known) return slash === '' ? 'this tag' : 'this closing tag';
    return /^[\w.:-]{1,60}$/.test(name) ? `<${slash}${name}>` : `the tag ${quoted(name)}`;
  }

  #warn(offset: number, message: string): void {
    this.#report.warning(offset, message);
  }

  #fail(offset: number, message: string): false {
    this.#report.error(offset, message);
    return false;
  }
}
