import { setPriority } from 'node:os';

/** How far behind the lanes a helper stands where there is not enough processor for all. */
const NICE = 10;

/** A helper need not be quick. From its start on: that takes more than most of what it is asked. */
export function yieldToLanes(pid: number): void {
  try {
    setPriority(pid, NICE);
  } catch {
    // Where that is forbidden, it is as quick as the others.
  }
}
