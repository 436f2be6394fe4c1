import { HOUR_MS } from '../core/durations.ts';
import { localTime } from '../core/local-time.ts';
import { endOf, type SilenceNews, type SilenceRecord, silenceLabel } from '../core/silence.ts';

/** How long before a weekend an end is worth a message: nobody may be there when alerts come again. */
const BEFORE_WEEKEND_MS = 12 * HOUR_MS;
const SATURDAY = 6;

/** What there is to tell of a silence, and what need not be told any more. */
export interface News {
  readonly told: ReadonlySet<SilenceNews>;
  /** What an integration is told now; undefined: nothing. */
  readonly sentence: (integration: string) => string | undefined;
}

/** What is to be told of a silence now; undefined when there is nothing. @param now in milliseconds. */
export function newsOf(record: SilenceRecord, now: number): News | undefined {
  const { told, from } = record;
  if (told.has('end')) return undefined;
  if (now >= endOf(record)) return endNews(record);
  if (now < from) return undefined;
  const weekendAt = weekendNewsAt(record);
  const isWeekend = weekendAt !== undefined && now >= weekendAt && !told.has('weekend');
  if (!told.has('begin')) {
    const weekend = isWeekend ? ' It ends shortly before the weekend.' : '';
    const sentence = beginText(record) + weekend;
    const news: SilenceNews[] = isWeekend ? ['begin', 'weekend'] : ['begin'];
    return { told: new Set([...told, ...news]), sentence: () => sentence };
  }
  if (!isWeekend) return undefined;
  const sentence =
    `${silenceLabel(record)} ends at ${localTime(record.until)}, shortly before the weekend: ` +
    'from then on its alerts are sent again.';
  return { told: new Set([...told, 'weekend']), sentence: () => sentence };
}

/** What was never in force, or never seen to be, has no end that is news. */
function endNews(record: SilenceRecord): News {
  const { told, held, ending } = record;
  const over = `${silenceLabel(record)} is over.`;
  const begun = told.has('begin');
  return {
    told: new Set([...told, 'end']),
    sentence: (integration) => {
      const count = held.get(integration) ?? 0;
      if (count === 0) return begun ? `${over} No alert was held back.` : undefined;
      const alerts = `${count} ${count === 1 ? 'alert was' : 'alerts were'}`;
      switch (ending) {
        case 'summary':
          return undefined; // The receipt says it.
        case 'deliver':
          return `${over} ${alerts} held back and ${count === 1 ? 'is' : 'are'} sent now.`;
        case 'nothing':
          return `${over} ${alerts} not sent.`;
      }
    },
  };
}

const AFTERWARDS = {
  summary: 'One message afterwards says how many.',
  deliver: 'They are sent afterwards.',
  nothing: 'They are not sent.',
} as const;

function beginText(record: SilenceRecord): string {
  const { until, by, ending } = record;
  const { label, whom } = { label: silenceLabel(record), whom: whichAlerts(record) };
  return `${whom} held back until ${localTime(until)}: ${label}, by ${by}. ${AFTERWARDS[ending]}`;
}

function whichAlerts({ only, when, evenCritical }: SilenceRecord): string {
  if (only !== undefined || when !== undefined) return 'Some alerts are';
  return evenCritical ? 'All alerts are' : 'All alerts below level 15 are';
}

/** When to tell of an end within the last hours before a weekend, in the zone of the host. */
function weekendNewsAt({ from, until }: SilenceRecord): number | undefined {
  const end = new Date(until);
  const days = (SATURDAY - end.getDay() + 7) % 7;
  const midnight = new Date(end.getFullYear(), end.getMonth(), end.getDate() + days).getTime();
  // An end at midnight is before the weekend, too; later on Saturday it is not.
  if (until > midnight || midnight - until > BEFORE_WEEKEND_MS) return undefined;
  return Math.max(from, midnight - BEFORE_WEEKEND_MS);
}
