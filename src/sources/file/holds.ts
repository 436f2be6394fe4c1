import { FileError, type Readable } from './files.ts';

/** True when a file holds these bytes at a place. */
export async function holds(
  file: Readable,
  expected: Buffer,
  at: number,
): Promise<boolean | FileError> {
  if (expected.length === 0) return true;
  const found = Buffer.allocUnsafe(expected.length);
  const count = await file.read(found, at);
  if (count instanceof FileError) return count;
  return count === expected.length && found.equals(expected);
}
