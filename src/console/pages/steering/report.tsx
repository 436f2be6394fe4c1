import type {
  ExampleAlert,
  Examples,
  IntegrationResult,
  SimulationResult,
} from '../../../simulation/result.ts';
import { number, peakText, quotaText } from '../../../simulation/views/words.ts';
import type { SettingsProblem, SimulateReport, TrialSpan } from '../../steering/orders.ts';
import { shown, Table } from '../parts.tsx';
import { Chart } from './chart.tsx';
import { gotOf, keyText, Ranking } from './ranking.tsx';
import { SPAN_NAMES } from './span-choice.tsx';

/** What a simulation found: first whether anything is wrong, then the difference, then the details. */
export function Report({ report, span }: { report: SimulateReport; span: TrialSpan }) {
  const { problems, hasReferences, result, missing } = report;
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  return (
    <section aria-labelledby="report-title" id="report">
      <h2 id="report-title">Result</h2>
      {problems.length === 0 ? null : (
        <Problems problems={problems} errors={errors} isFatal={result === undefined} />
      )}
      {result === undefined ? null : <Difference result={result} span={span} />}
      {missing.map((one) => (
        <p class="note">Not read: {shown(one)}</p>
      ))}
      {hasReferences ? (
        <p class="note">
          Whether addresses and keys behind references can work was not looked at: `integratord
          check` does that.
        </p>
      ) : null}
      {result === undefined ? null : <Details result={result} />}
    </section>
  );
}

function Problems({
  problems,
  errors,
  isFatal,
}: {
  problems: readonly SettingsProblem[];
  errors: number;
  isFatal: boolean;
}) {
  const head =
    errors === 0
      ? 'There are warnings.'
      : isFatal
        ? 'These settings cannot be read: a reload would refuse them.'
        : 'There are errors: what is wrong is left out here, and a reload would refuse it.';
  return (
    <div class={`message ${errors === 0 ? '' : 'bad'}`} role="alert">
      <p>{head}</p>
      <ul class="problems">
        {problems.map(({ severity, line, column, message, excerpt }) => (
          <li>
            <span class={`state ${severity === 'error' ? 'bad' : 'waiting'}`}>
              {severity === 'error' ? '✗ error' : '… warning'}
            </span>{' '}
            <span class="quiet">
              line {line}, column {column}:
            </span>{' '}
            {shown(message)}
            <pre class="excerpt">{caretLines(excerpt)}</pre>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Each line by itself made printable, so that the caret stays below its place as far as that goes. */
function caretLines(excerpt: string): string {
  return excerpt.split('\n').map(shown).join('\n');
}

function Difference({ result, span }: { result: SimulationResult; span: TrialSpan }) {
  const { integrations, alerts, unreached } = result;
  const sum = (side: 'before' | 'after') => integrations.reduce((all, one) => all + one[side], 0);
  return (
    <>
      <p class="sentence">
        Of {number(alerts)} alerts of {SPAN_NAMES[span]},{' '}
        <strong>{number(sum('after'))} messages</strong> instead of {number(sum('before'))}.
      </p>
      {unreached.count === 0 ? null : <Unreached of={result} />}
      <Table
        label="Messages by integration"
        head={['Integration', 'Before', 'After', 'Change', 'Now sent', 'No longer', 'Peak']}
      >
        {integrations.map((one) => (
          <tr data-row>
            <th scope="row">{shown(one.id)}</th>
            <td class="number">{number(one.before)}</td>
            <td class="number">{number(one.after)}</td>
            <td class="number">{changeText(one)}</td>
            <td class="number">{number(one.newlySent)}</td>
            <td class="number">{number(one.noLongerSent)}</td>
            <td class="text">{peakText(one)}</td>
          </tr>
        ))}
      </Table>
    </>
  );
}

function changeText({ before, after }: IntegrationResult): string {
  if (before === after) return 'none';
  const sign = after > before ? '+' : '−';
  const part = before === 0 ? '' : ` (${Math.round((Math.abs(after - before) / before) * 100)} %)`;
  return `${sign}${number(Math.abs(after - before))}${part}`;
}

const MOST_UNREACHED = 20;

function Unreached({ of: { unreached } }: { of: SimulationResult }) {
  const { some, count } = unreached;
  return (
    <div class="message bad" role="alert">
      <p>
        <strong>
          {count === 1
            ? 'One alert of level 12 and above would reach nobody'
            : `${number(count)} alerts of level 12 and above would reach nobody`}
        </strong>
        {count > MOST_UNREACHED ? `; the first ${MOST_UNREACHED}:` : ':'}
      </p>
      <ul>
        {some.slice(0, MOST_UNREACHED).map(({ id, time, level, rule }) => (
          <li>
            <time>{isoText(time)}</time> level {level}, rule {shown(rule)}{' '}
            {id === undefined ? (
              'without id'
            ) : (
              <a href={`/alert/${encodeURIComponent(id)}`}>{shown(id)}</a>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Details({ result }: { result: SimulationResult }) {
  const { integrations, newlySent, noLongerSent } = result;
  return (
    <>
      <ExampleTable title="Now sent" examples={newlySent} />
      <ExampleTable title="No longer sent" examples={noLongerSent} />
      {integrations.map((one) => (
        <Integration of={one} result={result} />
      ))}
    </>
  );
}

function ExampleTable({ title, examples }: { title: string; examples: Examples<ExampleAlert> }) {
  const { some, count } = examples;
  if (count === 0) return null;
  const head = ['Integration', 'Written', 'Alert', 'Lvl', 'Rule', 'Agent', 'Description'];
  return (
    <>
      <h3>
        {title}: {number(count)}
        {count > some.length ? <span class="quiet"> such as</span> : null}
      </h3>
      <Table label={title} head={head}>
        {some.map(({ integration, time, id, level, rule, agent, description }) => (
          <tr data-row data-alert={id} data-rule={rule}>
            <th scope="row">{shown(integration)}</th>
            <td>
              <time>{isoText(time)}</time>
            </td>
            <td class="number">
              {id === undefined ? (
                'without id'
              ) : (
                <a href={`/alert/${encodeURIComponent(id)}`} data-open>
                  {shown(id)}
                </a>
              )}
            </td>
            <td class="number">{level}</td>
            <td class="number">{shown(rule)}</td>
            <td>{shown(agent)}</td>
            <td class="text">{shown(description)}</td>
          </tr>
        ))}
      </Table>
    </>
  );
}

function Integration({ of, result }: { of: IntegrationResult; result: SimulationResult }) {
  const { id, before, after, verdicts, rules, agents, keys, quota } = of;
  const counts = Object.entries(verdicts)
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => ({ name, count }));
  const total = counts.reduce((sum, { count }) => sum + count, 0);
  const passed = gotOf(of);
  return (
    <details class="panel" open={before !== after}>
      <summary>
        <strong>{shown(id)}</strong>: {number(before)} → {number(after)} messages
      </summary>
      <Chart of={of} result={result} />
      {quota === undefined ? null : <p class="note">Quota: {quotaText(quota)}.</p>}
      <div class="rankings">
        <Ranking
          title="Verdicts"
          of={id}
          rows={counts}
          total={total}
          show={({ name }) => <>{shown(name)}</>}
        />
        <Ranking
          title="Rules"
          of={id}
          rows={rules}
          total={passed}
          show={({ name }) => (
            <>
              {shown(name)} {shown(rules.find((rule) => rule.name === name)?.description)}
            </>
          )}
        />
        <Ranking
          title="Agents"
          of={id}
          rows={agents}
          total={passed}
          show={({ name }) => <>{shown(name)}</>}
        />
        <Ranking
          title="Keys"
          of={id}
          rows={keys}
          total={passed}
          show={({ name }) => <>{keyText(name)}</>}
        />
      </div>
    </details>
  );
}

function isoText(time: number): string {
  return Number.isFinite(time) ? new Date(time).toISOString().slice(0, 19).replace('T', ' ') : '–';
}
