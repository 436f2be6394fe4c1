import { chmodSync, lchownSync, lstatSync } from 'node:fs';

/** Whom a socket lets in. */
export interface GroupRights {
  /** The number of the group that it has now. */
  readonly group: number;
  /** Why that is not the one that was wanted. */
  readonly cause: string | undefined;
}

/**
 * Lets the group of a socket connect to it, and gives it to that group where this process may. What
 * is made in a directory with the setgid bit has the group already.
 * @param wanted the number of the group; undefined: the one that it has
 * @throws where the rights cannot be set.
 */
export function letGroupIn(path: string, wanted: number | undefined): GroupRights {
  const cause = wanted === undefined ? undefined : whyNotGiven(path, wanted);
  const { gid: group } = lstatSync(path);
  chmodSync(path, 0o660);
  return { group, cause };
}

function whyNotGiven(path: string, wanted: number): string | undefined {
  if (lstatSync(path).gid === wanted) return undefined;
  try {
    lchownSync(path, -1, wanted);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
