import { setPriority } from 'node:os';

/** How far behind the lanes a helper stands where there is not enough processor for all. */
const NICE = 10;

/**
 * This process, a helper, need not be quick. Called once it has started: on a busy machine that would take
 * for ever otherwise, and it is a tenth of a second.
 */
export function yieldToLanes(): void {
  try {
    setPriority(NICE);
  } catch {
    // Where that is forbidden, it is as quick as the others.
  }
}
