import { listed, recurringTimes } from '../../cli/silence/listed.ts';
import { judge } from '../../cli/status/verdict.ts';
import type { ConsoleSource, ExplainedAlert } from '../../console/data.ts';
import type { Reader } from '../../console/reader/client.ts';
import type { FoundAlert } from '../../console/reader/protocol.ts';
import type { Tally } from '../../console/series.ts';
import { type Clock, sleep } from '../../core/clock.ts';
import type { LaneBacklog } from '../../core/outbox.ts';
import type { Scrubber } from '../../core/secret.ts';
import type { StatusReport } from '../../core/status.ts';
import type { LiveFeed } from '../live-feed.ts';
import type { Setup } from '../setup.ts';
import { explained } from './explained.ts';
import { isAlertId } from './given-alerts.ts';
import { rendered } from './rendered.ts';

export interface SourceParts {
  /** For pages, and for what takes longer: they do not wait for each other. */
  readonly reader: Pick<Reader, 'ask'>;
  readonly searcher: Pick<Reader, 'ask'>;
  readonly status: (backlog: readonly LaneBacklog[]) => StatusReport;
  readonly tally: Tally;
  readonly live: Pick<LiveFeed, 'watch' | 'board'>;
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
    notices: () => live.board.notices,
    deliveries(search) {
      const isSearch = [search.rule, search.agent, search.text].some((one) => one !== undefined);
      return isSearch
        ? searcher.ask('deliveries', search, PAGE_ROWS, SEARCH_MS)
        : reader.ask('deliveries', search, PAGE_ROWS, PAGE_MS);
    },
    exported: async (search) => {
      const piece = await searcher.ask('exported', search);
      return { ...piece, text: scrubber.scrub(piece.text) };
    },
    integrations: () => reader.ask('integrations'),
    async delivery(id, hide) {
      const found = await reader.ask('delivery', id);
      if (found === undefined) return undefined;
      const { detail, alert } = found;
      const whole = explain(alert);
      const its = whole.integrations.filter(({ deliveries }) => deliveries.length > 0);
      const rendering = rendered(detail, Buffer.from(alert.raw), setup(), hide);
      return { detail, alert: { ...whole, integrations: its }, rendering };
    },
    deadGroups: (isPatient) =>
      isPatient ? searcher.ask('deadGroups', SEARCH_MS) : reader.ask('deadGroups', PAGE_MS),
    async explain(alertId) {
      if (!isAlertId(alertId)) return { alerts: [], left: [] };
      const { alerts, left } = await searcher.ask('alert', alertId);
      return { alerts: alerts.map(explain), left };
    },
    async explainGiven(form) {
      const given = await searcher.ask('given', form);
      if (given.kind === 'id') return given;
      const alerts: ExplainedAlert[] = [];
      for (const one of given.alerts) {
        alerts.push(explain(one));
        await laterOn();
      }
      return { ...given, alerts };
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
    receipts: (key) => reader.ask('receipts', key),
    activity: (before) => reader.ask('activity', PAGE_ROWS, before),
    scrub: (text) => scrubber.scrub(text),
  };
}

/** Lets the lanes go on between two pieces of work. */
function laterOn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
