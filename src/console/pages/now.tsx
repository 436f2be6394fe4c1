import type { SaidNotice } from '../../core/said-notice.ts';
import { type LaneReport, WORST_FIRST } from '../../core/status.ts';
import { bytesOf, spanOf } from '../../core/words.ts';
import type { NowData } from '../data.ts';
import { SERIES_SPANS, type SeriesSpan } from '../series.ts';
import { Ago, durationOf } from './ages.tsx';
import { Notices } from './notices.tsx';
import { address, FormId, State, shown, Table } from './parts.tsx';
import { Spark } from './spark.tsx';

export interface NowParts {
  readonly data: NowData;
  /** Whether lanes can be paused here. */
  readonly canAct: boolean;
}

export interface NowPageParts extends NowParts {
  readonly formId: string;
  readonly notices: readonly SaidNotice[];
  /** How far back the plot goes. */
  readonly span: SeriesSpan;
}

/** How the daemon is doing. The form stands outside of what is live, so that its id lasts. */
export function NowPage({ data, canAct, formId, notices, span }: NowPageParts) {
  const now = new Date(data.report.now).toISOString();
  return (
    <>
      <div id="live" data-live="/events">
        <NowLive data={data} canAct={canAct} />
      </div>
      <p class="quiet">
        <button type="button" class="plain" data-key="." id="hold" aria-pressed="false">
          Hold <kbd>.</kbd>
        </button>{' '}
        <span id="live-state">Reload the page for newer numbers</span>, as of{' '}
        <time id="as-of" datetime={now}>
          {now.slice(0, 10)} {now.slice(11, 19)}
        </time>
      </p>
      <div id="notices">
        <Notices notices={notices} />
      </div>
      <section aria-labelledby="just-now-title" class="scripted">
        <h2 id="just-now-title">Just now</h2>
        <ul id="just-now">
          <li class="quiet">What happens shows here.</li>
        </ul>
      </section>
      <section aria-labelledby="plot-title">
        <h2 id="plot-title">Attempts of the last {SPAN_NAMES[span]}</h2>
        <div
          id="plot"
          data-series={`/series?span=${span}`}
          data-span={SPAN_NAMES[span]}
          role="img"
          aria-label={`Attempts of the last ${SPAN_NAMES[span]}, delivered and failed`}
        />
        <p class="quiet legend">
          <span class="key delivered" aria-hidden="true" /> delivered (solid){' '}
          <span class="key failed" aria-hidden="true" /> failed (dashed), per {SPAN_STEPS[span]}
        </p>
        <p class="spans">
          Show the last{' '}
          {SERIES_SPANS.map((one) => (
            <a
              href={one === '1h' ? '/' : `/?span=${one}`}
              aria-current={one === span ? 'true' : undefined}
            >
              {SPAN_NAMES[one]}
            </a>
          ))}
        </p>
      </section>
      {canAct ? (
        <form id="lanes" method="post" action="/lanes/pause">
          <FormId id={formId} />
        </form>
      ) : null}
    </>
  );
}

const SPAN_NAMES: Readonly<Record<SeriesSpan, string>> = {
  '1h': 'hour',
  '24h': '24 hours',
  '30d': '30 days',
};
const SPAN_STEPS: Readonly<Record<SeriesSpan, string>> = {
  '1h': '10 seconds',
  '24h': '5 minutes',
  '30d': 'hour',
};

/** What is replaced as it changes. */
export function NowLive({ data, canAct }: NowParts) {
  const { report, verdict, problems, isCounted } = data;
  const { now, sources, outbox, configuration } = report;
  const head = [
    'Integration',
    'State',
    'Waiting',
    'Held',
    'Dead',
    'Oldest',
    '5 min',
    'p95',
    'Last hour',
    'Next',
  ];
  const lanes = report.integrations
    .filter(({ id, pending, dead }) => !id.startsWith('@') || pending + dead > 0)
    .toSorted((a, b) => WORST_FIRST.indexOf(a.state) - WORST_FIRST.indexOf(b.state));
  return (
    <>
      <div class={`verdict ${verdict}`}>
        <p>
          <State of={verdict} />{' '}
          {problems[0] === undefined
            ? isCounted
              ? 'All is well.'
              : 'Nothing is wrong so far. What waits is being counted.'
            : shown(problems[0])}
        </p>
        {problems.length > 1 ? (
          <ul>
            {problems.slice(1).map((problem) => (
              <li>{shown(problem)}</li>
            ))}
          </ul>
        ) : null}
      </div>
      <Table label="Integrations" head={canAct ? [...head, 'Act'] : head}>
        {lanes.map((lane) => (
          <Lane lane={lane} data={data} canAct={canAct} />
        ))}
      </Table>
      <dl class="facts">
        {sources.map(({ path, lagBytes, lagSeconds, lastAlertAt }) => (
          <div>
            <dt>Reading</dt>
            <dd>
              {shown(path)}:{' '}
              {lagBytes === 0
                ? 'all read'
                : `${bytesOf(lagBytes)} to read, ${spanOf(lagSeconds * 1000)} behind`}
              , last alert <Ago at={lastAlertAt} now={now} />
            </dd>
          </div>
        ))}
        <div>
          <dt>Outbox</dt>
          <dd>
            {bytesOf(outbox.bytes)} of {bytesOf(outbox.limit)}{' '}
            <meter
              min={0}
              max={outbox.limit}
              value={outbox.bytes}
              aria-label="Part of the outbox"
            />
          </dd>
        </div>
        <div>
          <dt>Configuration</dt>
          <dd>
            {shown(configuration.file)}, in force since{' '}
            <Ago at={configuration.inForceSince} now={now} />
          </dd>
        </div>
      </dl>
    </>
  );
}

function Lane({ lane, data, canAct }: NowParts & { readonly lane: LaneReport }) {
  const { id, state, why, pending, held, dead, oldestReadAt, nextAttemptAt } = lane;
  const { now } = data.report;
  const { delivered = 0, failed = 0, p95, minutes = [] } = data.recent.get(id) ?? {};
  const count = (number: number, to: string | undefined) =>
    data.isCounted ? number === 0 ? 0 : <a href={listed(to)}>{number}</a> : '…';
  const listed = (state?: string) => address('/deliveries', { integration: id, state });
  const isPaused = state === 'paused';
  return (
    <tr data-row>
      <th scope="row">
        <a href={listed()} data-open>
          {shown(id)}
        </a>
      </th>
      <td>
        <State of={state} />
        {why === undefined ? null : <div class="why">{shown(why)}</div>}
      </td>
      <td class="number">{count(pending, waiting(state))}</td>
      <td class="number">{count(held, 'held')}</td>
      <td class="number">{count(dead, 'dead')}</td>
      <td class="number">
        <Ago at={oldestReadAt} now={now} isShort />
      </td>
      <td class="number">
        {delivered} sent{failed === 0 ? '' : `, ${failed} failed`}
      </td>
      <td class="number">{p95 === undefined ? '–' : durationOf(p95)}</td>
      <td>
        <Spark minutes={minutes} />
      </td>
      <td class="number">
        <Ago
          at={nextAttemptAt !== undefined && nextAttemptAt > now ? nextAttemptAt : undefined}
          now={now}
          isShort
        />
      </td>
      {canAct ? (
        <td>
          <button
            form="lanes"
            name="integration"
            value={id}
            formaction={isPaused ? '/lanes/resume' : '/lanes/pause'}
          >
            {isPaused ? 'Resume' : 'Pause'}
            <span class="away"> {shown(id)}</span>
          </button>
        </td>
      ) : null}
    </tr>
  );
}

/** The state in which what waits in a lane is shown. */
function waiting(state: string): string {
  return state === 'parked' ? 'parked' : 'pending';
}
