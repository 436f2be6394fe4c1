import { bytesOf, spanOf } from '../../../core/words.ts';
import type { Run } from '../../steering/runs.ts';
import { shown, Time } from '../parts.tsx';
import { SPAN_NAMES } from './span-choice.tsx';

/** How far something is that was asked for. It is updated by a script, or by the page being loaded again. */
export function Running({ run, now, mayCancel }: { run: Run; now: number; mayCancel: boolean }) {
  const { id, order, who, startedAt } = run;
  return (
    <section class="running" aria-label="At work" data-run={`/run/${id}`}>
      <p>
        <strong>{order.kind === 'noise' ? 'Counting' : 'Simulating'}:</strong>{' '}
        {SPAN_NAMES[order.span]}, asked by {shown(who)} <Time at={startedAt} now={now} />
      </p>
      <progress max={1} value={partOf(run)} aria-label="How much is read" />
      <p class="quiet" data-run-text>
        {progressText(run, now)}
      </p>
      {mayCancel ? (
        <form method="post" action="/run/cancel">
          <button name="id" value={id}>
            Cancel
          </button>
        </form>
      ) : null}
    </section>
  );
}

/** From 0 to 1. */
export function partOf({ progress }: Run): number {
  if (progress === undefined || progress.total === 0) return 0;
  return Math.min(1, progress.done / progress.total);
}

/** How far it is, in words. */
export function progressText({ progress, startedAt }: Run, now: number): string {
  const since = spanOf(Math.max(0, now - startedAt));
  if (progress === undefined) return `It begins. ${since} so far.`;
  const { done, total, pass } = progress;
  const again = pass > 1 ? `, for the ${ordinal(pass)} time, to put it in order` : '';
  return `Read ${bytesOf(done)} of ${bytesOf(total)}${again}. ${since} so far.`;
}

function ordinal(number: number): string {
  return ['first', 'second', 'third'][number - 1] ?? `${number}th`;
}
