import type { IntegrationNoise, Noise, Saving } from '../../../simulation/noise.ts';
import { number } from '../../../simulation/views/words.ts';
import type { NoiseReport, TrialSpan } from '../../steering/orders.ts';
import type { Run } from '../../steering/runs.ts';
import { address, shown, Table, Time } from '../parts.tsx';
import { Chart } from './chart.tsx';
import { Lines } from './copy.tsx';
import { gotOf, keyText, percent, Ranking } from './ranking.tsx';
import { Running } from './running.tsx';
import { SPAN_NAMES, SpanChoice } from './span-choice.tsx';
import { throttleLines } from './throttle-lines.ts';

export interface NoiseParts {
  readonly span: TrialSpan;
  readonly now: number;
  /** What is at work, whatever it is. */
  readonly present: Run | undefined;
  readonly mayCancel: boolean;
  /** The run that is shown, which has ended. */
  readonly run: Run | undefined;
  /** What it found, as far as the person who looks may see it. */
  readonly report: NoiseReport | undefined;
  /** Whether there is a page on which a rule can be silenced. */
  readonly canAct: boolean;
}

/** What makes the most messages, and what would make it less. */
export function NoisePage(parts: NoiseParts) {
  const { span, now, present, mayCancel, run, report, canAct } = parts;
  return (
    <>
      <p class="lead">
        What the present configuration makes of past alerts: who sends the most, and what a throttle
        would save. Nothing is sent or changed.
      </p>
      {present !== undefined ? (
        <Running run={present} now={now} mayCancel={mayCancel} />
      ) : (
        <form method="post" action="/noise" class="filters">
          <SpanChoice chosen={span} />
          <button data-key="/">{report === undefined ? 'Count' : 'Count again'}</button>
        </form>
      )}
      {run?.outcome?.kind === 'failed' ? (
        <p class="message bad" role="alert">
          Nothing was counted: {shown(run.outcome.message)}.
        </p>
      ) : null}
      {run === undefined || report === undefined ? null : (
        <Report run={run} report={report} now={now} canAct={canAct} />
      )}
    </>
  );
}

function Report({
  run,
  report: { noise, missing },
  now,
  canAct,
}: {
  run: Run;
  report: NoiseReport;
  now: number;
  canAct: boolean;
}) {
  const { alerts, integrations, unreadable } = noise;
  const messages = integrations.reduce((sum, one) => sum + one.after, 0);
  return (
    <>
      <p>
        <strong>
          {number(alerts)} alerts of {SPAN_NAMES[run.order.span]} make {number(messages)} messages.
        </strong>{' '}
        <span class="quiet">
          Counted <Time at={run.endedAt} now={now} />.
          {unreadable === 0 ? '' : ` ${number(unreadable)} lines are no alerts.`}
        </span>
      </p>
      {missing.map((one) => (
        <p class="note">Not read: {shown(one)}</p>
      ))}
      {alerts === 0 ? <p>No alert was written in this time.</p> : null}
      {integrations.map((one) => (
        <Integration of={one} noise={noise} all={messages} canAct={canAct} />
      ))}
    </>
  );
}

function Integration({
  of,
  noise,
  all,
  canAct,
}: {
  of: IntegrationNoise;
  noise: Noise;
  all: number;
  canAct: boolean;
}) {
  const { id, after, rules, agents, keys } = of;
  const total = gotOf(of);
  return (
    <section class="panel" aria-label={`Integration ${shown(id)}`} data-row>
      <h2>
        {shown(id)}: {number(after)} {after === 1 ? 'message' : 'messages'}{' '}
        {after === 0 ? null : <span class="quiet">{percent(after, all)} of all</span>}
      </h2>
      <Chart of={of} result={noise} />
      <Savings of={of} />
      <div class="rankings">
        <Ranking
          title="Rules"
          of={id}
          rows={rules}
          total={total}
          show={({ name }) => {
            const description = rules.find((rule) => rule.name === name)?.description;
            return (
              <>
                <a href={address('/deliveries', { integration: id, rule: name })}>{shown(name)}</a>
                {description === undefined ? null : <> {shown(description)}</>}
                {canAct ? (
                  <>
                    {' '}
                    <a class="quiet" href={`${address('/silences', { rule: name })}#add`}>
                      silence<span class="away"> rule {shown(name)}</span>
                    </a>
                  </>
                ) : null}
              </>
            );
          }}
        />
        <Ranking
          title="Agents"
          of={id}
          rows={agents}
          total={total}
          show={({ name }) => <>{shown(name)}</>}
        />
        <Ranking
          title="Keys"
          of={id}
          rows={keys}
          total={total}
          show={({ name }) => <>{keyText(name)}</>}
        />
      </div>
    </section>
  );
}

const KEY_NAMES: Readonly<Record<string, string>> = {
  'rule.id': 'rule',
  'agent.id': 'agent',
  'data.srcip': 'source',
};

function keyName(same: readonly string[]): string {
  const names = same.map((field) => KEY_NAMES[field] ?? field);
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

const EVERY: Readonly<Record<string, string>> = { '15m': '15 min', '1h': '1 h' };
/** A throttle is proposed where it saves so much at least. */
const WORTH_IT = 0.3;

function Savings({ of: { id, after, savings, place } }: { of: IntegrationNoise }) {
  const useful = savings.filter(({ messages }) => messages < after);
  if (useful.length === 0) {
    return savings.length === 0 ? null : (
      <p class="quiet">A throttle would save nothing here: repeats are rare, or held already.</p>
    );
  }
  // The first one that is worth it hides the least.
  const best =
    useful.find(({ messages }) => messages <= after * (1 - WORTH_IT)) ??
    (useful.toSorted((a, b) => a.messages - b.messages)[0] as Saving);
  const lines = throttleLines(id, best, place);
  const periods = [...new Set(savings.map(({ every }) => every))];
  const keys = [...new Map(savings.map(({ same }) => [same.join(), same])).values()];
  return (
    <>
      <p class="sentence">
        A throttle of {EVERY[best.every]} by {keyName(best.same)} would have sent{' '}
        <strong>{number(best.messages)}</strong> instead of {number(after)} messages.
      </p>
      <div class="savings">
        <Table
          label={`What throttles of ${shown(id)} would send`}
          head={['Throttle by', ...periods.map((every) => EVERY[every] ?? every)]}
        >
          {keys.map((same) => (
            <tr>
              <th scope="row">{keyName(same)}</th>
              {periods.map((every) => {
                const its = savings.find(
                  (one) => one.every === every && one.same.join() === same.join(),
                );
                const left = its?.messages ?? after;
                return (
                  <td class="number">
                    {number(left)} <span class="quiet">−{percent(after - left, after)}</span>
                  </td>
                );
              })}
            </tr>
          ))}
        </Table>
        <div>
          <p class="where">{shown(lines.where)}</p>
          <Lines text={lines.text} what={`Lines for integratord.yaml: a throttle of ${id}`} />
        </div>
      </div>
    </>
  );
}
