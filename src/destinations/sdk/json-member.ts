import { asciiLower } from '../../alert/ascii.ts';
import { JsonScanner, Malformed, OPEN_BRACE } from '../../alert/json-scanner.ts';
import { MemberNames } from '../../alert/member-names.ts';

/**
 * The JSON text of an object's member, as the reference's JSON library (cJSON) finds it: names are
 * compared ignoring the case of ASCII letters, and the first of several counts, where
 * JSON.parse takes the last. Undefined when there is none, or when the text is not a JSON object.
 */
export function memberText(json: string, name: string): string | undefined {
  return memberBytes(Buffer.from(json), name)?.toString('utf8');
}

/** The same, of and as bytes: a part of those given. */
export function memberBytes(bytes: Buffer, name: string): Buffer | undefined {
  const scanner = new JsonScanner(bytes, 0, bytes.length);
  if (scanner.peek() !== OPEN_BRACE) return undefined;
  let found: Buffer | undefined;
  try {
    scanner.members(new MemberNames(asciiLower(name)), () => {
      const { start, end } = scanner.place();
      found = bytes.subarray(start, end);
      return true;
    });
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
  return found;
}
