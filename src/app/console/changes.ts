import { type ReadAlert, readAlert } from '../../alert/formats/read-alert.ts';
import { sampleAlert } from '../../cli/sample-alert.ts';
import type { ActionTarget } from '../../console/action-target.ts';
import type { ActionResult } from '../../console/data.ts';
import { type Clock, sleep } from '../../core/clock.ts';
import { localTime } from '../../core/local-time.ts';
import type { ReloadOutcome } from '../../core/reload.ts';
import type { NewSilence } from '../../core/silence.ts';
import { recordExport, recordReload } from '../../outbox/audit.ts';
import type { Database } from '../../outbox/database.ts';
import { setPause } from '../../outbox/pauses.ts';
import { dropInSteps, retryInSteps } from '../../outbox/queue-changes.ts';
import { Silences } from '../../outbox/silences.ts';
import { storeTest } from '../../outbox/test-alerts.ts';
import { selectionOf, targetIds } from './targets.ts';

/** Something that changes the outbox. */
export type Change =
  | { readonly kind: 'retry' | 'drop'; readonly target: ActionTarget }
  | { readonly kind: 'pause'; readonly integration: string; readonly isPaused: boolean }
  | { readonly kind: 'silence add'; readonly silence: NewSilence }
  | { readonly kind: 'silence extend'; readonly id: number; readonly until: number }
  | { readonly kind: 'silence end'; readonly id: number }
  | { readonly kind: 'test'; readonly integration: string }
  | { readonly kind: 'export'; readonly detail: { count: number; selection: unknown } }
  | { readonly kind: 'reload'; readonly detail: ReloadOutcome };

/** How long what is meant may be looked for: it was counted in less. */
const LONGEST_SEARCH_MS = 60_000;
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
  const limits = { budgetMs: LONGEST_SEARCH_MS, monotonic: () => clock.monotonic() };
  switch (what.kind) {
    case 'retry': {
      const { ids } = targetIds(database, what.target, 'retry', limits);
      const about = selectionOf(what.target);
      const count = await inSteps(retryInSteps(database, { ids }, { who, at }, about), clock);
      return { ok: count > 0, text: `${count} ${count === 1 ? 'is' : 'are'} sent again.` };
    }
    case 'drop': {
      const { ids } = targetIds(database, what.target, 'drop', limits);
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
    case 'test': {
      const { integration } = what;
      const raw = sampleAlert(new Date(at));
      const { facts } = readAlert(raw) as ReadAlert;
      const alert = { raw, alertId: facts.id ?? '', level: facts.level ?? 0 };
      const delivery = storeTest(database, integration, alert, { who, at });
      return delivery === undefined
        ? { ok: false, text: `There is no integration ${integration}.` }
        : { ok: true, text: `A test goes to ${integration}.`, to: `/delivery/${delivery}` };
    }
    case 'export':
      recordExport(database, { at, who }, what.detail);
      return { ok: true, text: '' };
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
