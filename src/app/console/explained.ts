import { readAlert } from '../../alert/formats/read-alert.ts';
import { alertOf } from '../../alert/large-alert.ts';
import { type ExplainedIntegration, Explainer } from '../../cli/explain/explanation.ts';
import { notesOf, rowsOf } from '../../cli/explain/text.ts';
import type { ExplainedAlert, ExplainedFor } from '../../console/data.ts';
import type { FoundAlert } from '../../console/reader/protocol.ts';
import { HELD_VERDICTS } from '../../core/grouping.ts';
import type { Setup } from '../setup.ts';

/** An alert with what each integration decides about it, as `explain` says it. @param now milliseconds. */
export function explained(found: FoundAlert, setup: Setup, now: number): ExplainedAlert {
  const raw = Buffer.from(found.raw);
  const read = readAlert(raw);
  const whole = alertOf(raw);
  const { foundIn, path, readAt, deliveries, configuration, stored } = found;
  const common = {
    json: whole.json,
    length: raw.length,
    foundIn: path ?? 'the outbox',
    readAt,
    isGiven: foundIn === 'input',
    stored: stored && alertOf(Buffer.from(stored)).json,
  };
  if (typeof read === 'string') {
    return { ...common, id: undefined, decidedBy: 'nobody: it is no alert', integrations: [] };
  }
  const explainer = new Explainer({
    setup,
    configurations: { at: () => configuration },
    now,
    onlyNow: false,
  });
  const explanation = explainer.explain({ alert: read, foundIn, path, readAt, deliveries });
  const { config, configSince, configNote } = explanation;
  const then = configSince === undefined ? '' : ` of ${new Date(configSince).toISOString()}`;
  return {
    ...common,
    id: read.facts.id,
    decidedBy:
      config === 'then'
        ? `the configuration then,${then}`
        : `the present configuration${configNote === undefined ? '' : ` (${configNote})`}`,
    integrations: explanation.integrations.map(explainedFor),
  };
}

function explainedFor(one: ExplainedIntegration): ExplainedFor {
  const { id, verdict, by, chain, now, deliveries } = one;
  const isHeld = (HELD_VERDICTS as readonly string[]).includes(verdict);
  return {
    id,
    verdict: by ?? verdict,
    kind: verdict === 'send' ? 'sent' : isHeld ? 'held' : 'refused',
    why: verdict === 'send' ? undefined : chain.at(-1)?.why,
    chain: chain.flatMap(rowsOf),
    notes: notesOf(one),
    now:
      now === undefined
        ? undefined
        : now === null
          ? { verdict: 'not configured any more', kind: 'refused' }
          : { verdict: now.by ?? now.verdict, kind: now.verdict === 'send' ? 'sent' : 'refused' },
    deliveries,
  };
}
