import type { ActionTarget } from '../../console/action-target.ts';
import type { ActionResult } from '../../console/data.ts';
import { type Clock, sleep } from '../../core/clock.ts';
import { localTime } from '../../core/local-time.ts';
import type { ReloadOutcome } from '../../core/reload.ts';
import type { NewSilence } from '../../core/silence.ts';
import { recordReload } from '../../outbox/audit.ts';
import type { Database } from '../../outbox/database.ts';
import { setPause } from '../../outbox/pauses.ts';
import { dropInSteps, retryInSteps } from '../../outbox/queue-changes.ts';
import { Silences } from '../../outbox/silences.ts';
import { targetIds } from './targets.ts';

/** Something that changes the outbox. */
export type Change =
  | { readonly kind: 'retry' | 'drop'; readonly target: ActionTarget }
  | { readonly kind: 'pause'; readonly integration: string; readonly isPaused: boolean }
  | { readonly kind: 'silence add'; readonly silence: NewSilence }
  | { readonly kind: 'silence extend'; readonly id: number; readonly until: number }
  | { readonly kind: 'silence end'; readonly id: number }
  | { readonly kind: 'reload'; readonly detail: ReloadOutcome };

/** Between two steps of a change, so that the daemon may write. */
const PAUSE_MS = 5;

/** Changes the outbox as a command does: over a connection of its own, in steps, with a record of it. */
export async function change(
  database: Database,
  what: Change,
  who: string,
  clock: Clock,
): Promise<ActionResult> {
  const at = clock.now();
  switch (what.kind) {
    case 'retry': {
      const ids = targetIds(database, what.target, 'retry');
      const count = await inSteps(retryInSteps(database, { ids }, { who, at }), clock);
      return { ok: count > 0, text: `${count} ${count === 1 ? 'is' : 'are'} sent again.` };
    }
    case 'drop': {
      const ids = targetIds(database, what.target, 'drop');
      const count = await inSteps(dropInSteps(database, { ids }, { who, at }), clock);
      return { ok: count > 0, text: `${count} ${count === 1 ? 'was' : 'were'} dropped.` };
    }
    case 'pause': {
      const { integration, isPaused } = what;
      const pause = isPaused ? { since: at, who } : undefined;
      const came = setPause(database, integration, pause, { who, at });
      const state = isPaused ? 'is paused: its alerts wait' : 'goes on';
      if (came === 'unknown') return { ok: false, text: `There is no integration ${integration}.` };
      return { ok: true, text: `${integration} ${state}${came === 'same' ? ' (as before)' : ''}.` };
    }
    case 'silence add': {
      const { id, until } = new Silences(database).add(what.silence, who, at);
      return { ok: true, text: `Silence ${id} holds until ${localTime(until)}.` };
    }
    case 'silence extend': {
      const record = new Silences(database).extend(what.id, what.until, who, at);
      const text =
        record === undefined
          ? `Silence ${what.id} is over, or lasts as long already.`
          : `Silence ${what.id} holds until ${localTime(record.until)}.`;
      return { ok: record !== undefined, text };
    }
    case 'silence end': {
      const hasEnded = new Silences(database).end(what.id, who, at);
      const text = hasEnded ? `Silence ${what.id} has ended.` : `Silence ${what.id} was over.`;
      return { ok: hasEnded, text };
    }
    case 'reload':
      recordReload(database, { at, who }, what.detail);
      return { ok: true, text: '' };
  }
}

async function inSteps(steps: Iterable<number>, clock: Clock): Promise<number> {
  let count = 0;
  for (const step of steps) {
    count += step;
    await sleep(clock, PAUSE_MS);
  }
  return count;
}
