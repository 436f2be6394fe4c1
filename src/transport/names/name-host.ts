import { stat } from 'node:fs';
import type { Answer } from './addresses.ts';
import { systemLookup } from './system-lookup.ts';

/** What the daemon asks a name host. */
export interface NameQuestion {
  readonly id: number;
  readonly name: string;
}

/** What a name host says. */
export type NameHostMessage =
  /** It works, with all of its threads. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: Answer };

/**
 * The work of a name host: a small process that resolves names for the daemon. Every look-up occupies
 * a thread until the system answers, which may take minutes; here there are enough of them, and the
 * process can be killed.
 */
export function serveNames(host: NodeJS.Process): void {
  const say = (message: NameHostMessage) => host.send?.(message, undefined, undefined, () => {});
  host.on('message', ({ id, name }: NameQuestion) => {
    void systemLookup(name).then((answer) => say({ kind: 'answer', id, answer }));
  });
  // The first use of the threads starts all of them. Where that is impossible, the process aborts.
  stat('/', () => say({ kind: 'ready' }));
}
