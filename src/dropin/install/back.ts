import { type ManagerProgram, statOf } from './programs.ts';

/** The manager's own Integrator, where it stands in the place that integratord had. */
export interface OriginalBack {
  readonly name: string;
  readonly path: string;
  /** In milliseconds since 1970; undefined where the system does not tell. */
  readonly since: number | undefined;
}

/** Whether integratord had the place of a manager's Integrator, and an upgrade put the original there again. */
export function originalBack(found: ManagerProgram | undefined): OriginalBack | undefined {
  if (found?.state !== 'original' || !found.hasKept) return undefined;
  return { name: found.name, path: found.path, since: thereSince(found) };
}

/** When the program came there. A package keeps the times of its files, but not when they were put there. */
export function thereSince({ path }: ManagerProgram): number | undefined {
  const time = statOf(path)?.ctimeMs;
  return time === undefined ? undefined : Math.round(time);
}
