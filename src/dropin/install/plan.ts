import { dirname, join } from 'node:path';
import type { Account } from '../enter.ts';
import type { ManagerProgram } from './programs.ts';

/** One change, and how it is announced. */
export interface InstallStep {
  /** What will be done, as a sentence without its end. */
  readonly text: string;
  /** @throws Error when the system refuses. */
  readonly run: () => void;
}

/** What a command would do, worked out before anything is touched. */
export type InstallPlan =
  | {
      readonly kind: 'ready';
      /** Empty when there is nothing to do. */
      readonly steps: readonly InstallStep[];
      /** What to know or to do afterwards. */
      readonly notes: readonly string[];
      /**
       * Set where the original stands in our place, and so may have delivered alerts meanwhile: whose
       * the outbox is.
       */
      readonly takesOver?: Account;
      /**
       * When that original came there, as far as the system tells, in milliseconds since 1970: set where
       * integratord had its place before.
       */
      readonly backSince?: number | undefined;
    }
  | {
      readonly kind: 'refused';
      readonly reasons: readonly string[];
    };

/** What every change needs to take effect. */
export function restartNote({ name, path }: ManagerProgram): string {
  const control = join(dirname(path), name.replace('integratord', 'control'));
  return `restart the manager to apply this: ${control} restart`;
}

export function refused(...reasons: string[]): InstallPlan {
  return { kind: 'refused', reasons };
}
