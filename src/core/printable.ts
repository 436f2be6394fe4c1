/**
 * What a terminal obeys, and what changes the order in which it shows the rest: control characters (C0,
 * DEL, C1), separators of lines, marks and overrides of direction.
 */
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Text of an alert, a service or a script on one line of a terminal: unsafe characters as escapes. */
export function printable(text: string): string {
  return text.replace(UNSAFE, (character) => {
    const code = character.charCodeAt(0).toString(16);
    return code.length > 2 ? `\\u${code.padStart(4, '0')}` : `\\x${code.padStart(2, '0')}`;
  });
}

/** The same for text that may have several lines, and tabs. */
export function printableLines(text: string): string {
  return text.replace(/[^\n\t]+/g, printable);
}

/**
 * A valid JSON text on a terminal: unsafe characters as JSON writes them. White space between its
 * parts stays.
 */
export function printableJson(text: string): string {
  // Within strings JSON allows no carriage return: it stands between the parts.
  return text.replaceAll('\r', ' ').replace(/[^\n\t]+/g, escaped);
}

/** Text with all unsafe characters written as `\u001b`. */
export function escaped(text: string): string {
  return text.replace(UNSAFE, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
