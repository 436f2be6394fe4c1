import { readAlert } from '../../alert/formats/read-alert.ts';
import { alertOf } from '../../alert/large-alert.ts';
import { type ExplainedIntegration, Explainer } from '../../cli/explain/explanation.ts';
import { notesOf, rowsOf } from '../../cli/explain/text.ts';
import { listed, recurringTimes } from '../../cli/silence/listed.ts';
import { judge } from '../../cli/status/verdict.ts';
import type { ConsoleSource, ExplainedAlert, ExplainedFor } from '../../console/data.ts';
import type { Reader } from '../../console/reader/client.ts';
import type { FoundAlert } from '../../console/reader/protocol.ts';
import type { Tally } from '../../console/series.ts';
import { type Clock, sleep } from '../../core/clock.ts';
import { HELD_VERDICTS } from '../../core/grouping.ts';
import type { LaneBacklog } from '../../core/outbox.ts';
import type { Scrubber } from '../../core/secret.ts';
import type { StatusReport } from '../../core/status.ts';
import type { LiveFeed } from '../live-feed.ts';
import type { Setup } from '../setup.ts';

export interface SourceParts {
  /** For pages, and for what takes longer: they do not wait for each other. */
  readonly reader: Reader;
  readonly searcher: Reader;
  readonly status: (backlog: readonly LaneBacklog[]) => StatusReport;
  readonly tally: Tally;
  readonly live: Pick<LiveFeed, 'watch'>;
  /** The configuration in force. */
  readonly setup: () => Setup;
  readonly scrubber: Pick<Scrubber, 'scrub'>;
  readonly clock: Clock;
}

const PAGE_ROWS = 100;
/** How long a page may look for deliveries, and a search in alerts. */
const PAGE_MS = 120;
const SEARCH_MS = 2000;
/** How long the first page waits until it is counted what waits; it is told of it a second later. */
const COUNTING_MS = 100;
/** A count that is older says nothing of now. */
const COUNT_LASTS_MS = 10_000;

/** What the pages show: the state of the daemon, and the outbox as a process of its own reads it. */
export function consoleSource(parts: SourceParts): ConsoleSource {
  const { reader, searcher, status, tally, live, setup, scrubber, clock } = parts;
  const explain = (found: FoundAlert) => explained(found, setup(), clock.now());
  /** What waits, as it was counted last, and when that was. */
  let known: { readonly backlog: readonly LaneBacklog[]; readonly at: number } | undefined;
  /** What waits now; where that takes longer, what is known. Undefined where nothing is. */
  const counted = async () => {
    const counting = reader.ask('backlog').then(
      (backlog) => {
        known = { backlog, at: clock.monotonic() };
      },
      // The rest of the state can be shown where the outbox cannot be read: it says so.
      () => {
        known = undefined;
      },
    );
    await Promise.race([counting, sleep(clock, COUNTING_MS)]);
    const isOld = known !== undefined && clock.monotonic() - known.at > COUNT_LASTS_MS;
    return isOld ? undefined : known?.backlog;
  };
  return {
    async now() {
      const backlog = await counted();
      const report = status(backlog ?? []);
      const isCounted = backlog !== undefined;
      return { report, ...judge(report), recent: tally.recent(), isCounted };
    },
    series: (span) => tally.series(span),
    watch: (told) => live.watch(told),
    deliveries(search) {
      const isSearch = [search.rule, search.agent, search.text].some((one) => one !== undefined);
      return isSearch
        ? searcher.ask('deliveries', search, PAGE_ROWS, SEARCH_MS)
        : reader.ask('deliveries', search, PAGE_ROWS, PAGE_MS);
    },
    integrations: () => reader.ask('integrations'),
    async delivery(id) {
      const found = await reader.ask('delivery', id);
      if (found === undefined) return undefined;
      const { detail, alert } = found;
      const whole = explain(alert);
      const its = whole.integrations.filter(({ deliveries }) => deliveries.length > 0);
      return { detail, alert: { ...whole, integrations: its } };
    },
    deadGroups: (isPatient) =>
      isPatient ? searcher.ask('deadGroups', SEARCH_MS) : reader.ask('deadGroups', PAGE_MS),
    async explain(alertId) {
      // What is no id is in no file.
      if (!/^\d{1,12}\.\d{1,15}$/.test(alertId)) return { alerts: [], left: [] };
      const { alerts, left } = await searcher.ask('alert', alertId);
      return { alerts: alerts.map(explain), left };
    },
    async silences() {
      const now = clock.now();
      const records = await reader.ask('silences');
      const known = new Set(records.map(({ key }) => key));
      const recurring = setup().quiet.silences.flatMap((one) => recurringTimes(one, known, now));
      const stored = records.map((record) => listed(record, setup(), now));
      const order = ['active', 'planned', 'over'];
      return [...stored.toReversed(), ...recurring].toSorted(
        (a, b) => order.indexOf(a.state) - order.indexOf(b.state),
      );
    },
    activity: (before) => reader.ask('activity', PAGE_ROWS, before),
    scrub: (text) => scrubber.scrub(text),
  };
}

function explained(found: FoundAlert, setup: Setup, now: number): ExplainedAlert {
  const raw = Buffer.from(found.raw);
  const read = readAlert(raw);
  const whole = alertOf(raw);
  const { foundIn, path, readAt, deliveries, configuration } = found;
  const common = {
    json: whole.json,
    length: raw.length,
    foundIn: path ?? 'the outbox',
    readAt,
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
  const { id, verdict, by, chain, deliveries } = one;
  const isHeld = (HELD_VERDICTS as readonly string[]).includes(verdict);
  return {
    id,
    verdict: by ?? verdict,
    kind: verdict === 'send' ? 'sent' : isHeld ? 'held' : 'refused',
    why: verdict === 'send' ? undefined : chain.at(-1)?.why,
    chain: chain.flatMap(rowsOf),
    notes: notesOf(one),
    deliveries,
  };
}
