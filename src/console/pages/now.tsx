import { type LaneReport, WORST_FIRST } from '../../core/status.ts';
import { bytesOf, spanOf } from '../../core/words.ts';
import type { NowData } from '../data.ts';
import { address, FormId, State, shown, Table, Time } from './parts.tsx';

export interface NowParts {
  readonly data: NowData;
  /** Whether lanes can be paused here. */
  readonly canAct: boolean;
}

/** How the daemon is doing. The form stands outside of what is live, so that its id lasts. */
export function NowPage({ data, canAct, formId }: NowParts & { readonly formId: string }) {
  return (
    <>
      <div id="live" data-live="/events">
        <NowLive data={data} canAct={canAct} />
      </div>
      <p class="quiet">
        <button type="button" class="plain" data-key="." id="hold" aria-pressed="false">
          Hold <kbd>.</kbd>
        </button>{' '}
        <span id="live-state">Reload the page for newer numbers.</span>
      </p>
      <section aria-labelledby="plot-title">
        <h2 id="plot-title">Attempts of the last hour</h2>
        <div
          id="plot"
          data-series="/series"
          role="img"
          aria-label="Attempts of the last hour, delivered and failed"
        />
        <p class="quiet legend">
          <span class="key delivered" aria-hidden="true" /> delivered (solid){' '}
          <span class="key failed" aria-hidden="true" /> failed (dashed), per 10 seconds
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

/** What is replaced as it changes. */
export function NowLive({ data, canAct }: NowParts) {
  const { report, verdict, problems } = data;
  const { now, sources, outbox, configuration } = report;
  const head = ['Integration', 'State', 'Waiting', 'Held', 'Dead', 'Oldest', '5 min', 'Next'];
  const lanes = report.integrations
    .filter(({ id, pending, dead }) => !id.startsWith('@') || pending + dead > 0)
    .toSorted((a, b) => WORST_FIRST.indexOf(a.state) - WORST_FIRST.indexOf(b.state));
  return (
    <>
      <div class={`verdict ${verdict}`}>
        <p>
          <State of={verdict} />{' '}
          {verdict === 'ok' ? 'All is well.' : shown(problems[0] ?? 'Something is wrong.')}
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
              , last alert <Time at={lastAlertAt} now={now} />
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
            <Time at={configuration.inForceSince} now={now} />
          </dd>
        </div>
        <div>
          <dt>As of</dt>
          <dd>
            <time datetime={new Date(now).toISOString()}>{new Date(now).toISOString()}</time>
          </dd>
        </div>
      </dl>
    </>
  );
}

function Lane({ lane, data, canAct }: NowParts & { readonly lane: LaneReport }) {
  const { id, state, why, pending, held, dead, oldestReadAt, nextAttemptAt } = lane;
  const { now } = data.report;
  const { delivered = 0, failed = 0 } = data.recent.get(id) ?? {};
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
      <td class="number">{pending === 0 ? 0 : <a href={listed(waiting(state))}>{pending}</a>}</td>
      <td class="number">{held === 0 ? 0 : <a href={listed('held')}>{held}</a>}</td>
      <td class="number">{dead === 0 ? 0 : <a href={listed('dead')}>{dead}</a>}</td>
      <td>{oldestReadAt === undefined ? '–' : spanOf(now - oldestReadAt)}</td>
      <td class="number">
        {delivered} sent{failed === 0 ? '' : `, ${failed} failed`}
      </td>
      <td>
        {nextAttemptAt === undefined || nextAttemptAt <= now
          ? '–'
          : `in ${spanOf(nextAttemptAt - now)}`}
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
