import type { Condition } from '../../src/conditions/condition.ts';
import { readOnly } from '../../src/conditions/read.ts';
import type { SilenceRecord } from '../../src/core/silence.ts';
import { keyOf } from '../../src/grouping/keys.ts';
import type { Mute } from '../../src/silences/mute.ts';
import { compileSilence, type Silence } from '../../src/silences/silence.ts';

/** A silence of an hour from the beginning of time, of all alerts, as it is stored. */
export function aSilenceRecord(changes: Partial<SilenceRecord> = {}): SilenceRecord {
  const id = changes.id ?? 1;
  return {
    id,
    key: `silence:${id}`,
    name: undefined,
    from: 0,
    until: 3_600_000,
    endedAt: undefined,
    by: 'anna',
    why: 'patch night',
    only: undefined,
    when: undefined,
    integrations: undefined,
    ending: 'summary',
    evenCritical: false,
    isRecurring: false,
    told: new Set(),
    held: new Map(),
    ...changes,
  };
}

export function aSilence(changes: Partial<SilenceRecord> = {}): Silence {
  const { silence, problems } = compileSilence(aSilenceRecord(changes), {});
  if (silence === undefined) throw new Error(JSON.stringify(problems));
  return silence;
}

/** A mute of ten minutes for an address. */
export function aMute({
  name = 'scans',
  after = { rules: 5712 },
  mute = { rules: [5710, 5503] },
  same = ['data.srcip'],
  forMs = 600_000,
  integrations,
}: {
  name?: string;
  after?: object;
  mute?: object;
  same?: string[];
  forMs?: number;
  integrations?: string[];
} = {}): Mute {
  return {
    name,
    after: fits(after),
    mute: fits(mute),
    keyOf: keyOf(same),
    forMs,
    integrations: integrations && new Set(integrations),
    written: { after, mute, same },
  };
}

function fits(value: object): Condition {
  const { condition, problems } = readOnly(value);
  if (condition === undefined) throw new Error(JSON.stringify(problems));
  return condition;
}
