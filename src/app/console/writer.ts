import type { ActionResult } from '../../console/data.ts';
import { askOnce } from '../../console/reader/helper.ts';
import type { Change } from './changes.ts';
import type { Order } from './writer-process.ts';

const PROGRAM = new URL('./writer-process.js', import.meta.url);

/** Has something changed in the outbox. @param who does it, as the audit names them. */
export type Apply = (what: Change, who: string) => Promise<ActionResult>;

/**
 * Changes the outbox in a process of its own, as a command would, one thing after the other: the lanes see
 * it as they see those. @param outbox its file.
 */
export function writerOf(outbox: string): Apply {
  let last: Promise<unknown> = Promise.resolve();
  return (what, who) => {
    const next = last.then(() => inProcess(outbox, { what, who }));
    last = next;
    return next;
  };
}

/** What has begun comes to its end, also when the daemon ends meanwhile: the process has all that it needs. */
async function inProcess(outbox: string, order: Order): Promise<ActionResult> {
  const result = await askOnce<ActionResult>(PROGRAM, [outbox], order);
  return result ?? { ok: false, text: 'It could not be done: try it by a command.' };
}
