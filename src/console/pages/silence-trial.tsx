import { localTime } from '../../core/local-time.ts';
import type { HeldOf, SilenceTrial } from '../silence-data.ts';
import { shown, Table } from './parts.tsx';
import { type SilenceFields, SilenceForm } from './silence-form.tsx';

export interface SilenceTrialParts {
  readonly fields: SilenceFields;
  /** When it would end; undefined where that is wrong. */
  readonly until: number | undefined;
  /** Why it is no silence. */
  readonly problems: readonly string[];
  readonly trial: SilenceTrial | string | undefined;
  readonly integrations: readonly string[];
  readonly now: number;
  readonly formId: string;
}

/** What a silence would have held back of the last day, and where it is made. */
export function SilenceTrialPage(parts: SilenceTrialParts) {
  const { fields, until, problems, trial, integrations, now, formId } = parts;
  const isTried = problems.length === 0;
  return (
    <>
      {problems.map((problem) => (
        <p class="message bad" role="alert">
          {shown(problem)}
        </p>
      ))}
      {typeof trial === 'string' ? (
        <p class="message" role="status">
          Nobody knows what it would have held back: {shown(trial)}.
        </p>
      ) : null}
      {typeof trial === 'object' ? <Found trial={trial} /> : null}
      {until === undefined ? null : <p>It would hold until {localTime(until)}.</p>}
      <SilenceForm {...{ fields, integrations, now, formId, isTried }} />
      {typeof trial === 'object' && trial.held > 0 ? <Details trial={trial} /> : null}
    </>
  );
}

function Found({ trial }: { trial: SilenceTrial }) {
  const { alerts, held, highestLevel, stoppedAt, problems } = trial;
  const isMuch = held > 0 && held === alerts;
  const isHigh = (highestLevel ?? 0) >= HIGH;
  return (
    <>
      <div class={`verdict ${isMuch || isHigh ? 'degraded' : 'ok'}`} role="status">
        <p>
          It would have held back <strong>{held}</strong> of <strong>{alerts}</strong>{' '}
          {alerts === 1 ? 'alert' : 'alerts'} of the last 24 hours.
        </p>
        {held === 0 ? (
          <p class="quiet">None of them fits. Is that what is meant?</p>
        ) : (
          <p class="quiet">
            The highest level among them is {highestLevel}
            {isHigh ? ', which is high' : ''}.{isMuch ? ' That is all there were.' : ''}
          </p>
        )}
      </div>
      {stoppedAt === undefined ? null : (
        <p class="note">
          There are many alerts: those up to {localTime(stoppedAt)} were looked at.
        </p>
      )}
      {problems.slice(0, MOST_PROBLEMS).map((problem) => (
        <p class="note">{shown(problem)}</p>
      ))}
    </>
  );
}

/** From this level on, alerts are urgent. */
const HIGH = 12;
const MOST_PROBLEMS = 5;

function Details({ trial }: { trial: SilenceTrial }) {
  const { held, integrations, rules, agents, examples } = trial;
  const of = integrations.map(({ id, held: count }) => ({ name: id, count }));
  return (
    <>
      <div class="columns">
        <Counts label="Integration" of={of} whole={held} />
        <Counts label="Rule" of={rules} whole={held} />
        <Counts label="Agent" of={agents} whole={held} />
      </div>
      <h2>Some of them</h2>
      <Table label="Examples" head={['Level', 'Time', 'Alert', 'Rule', 'Agent', 'Description']}>
        {examples.map(({ id, timestamp, level, rule, description, agent }) => (
          <tr data-row data-alert={id}>
            <td class="number">{level}</td>
            <td class="number">{shown(timestamp?.slice(0, 19).replace('T', ' '))}</td>
            <td>
              {id === undefined ? (
                '–'
              ) : (
                <a href={`/alert/${encodeURIComponent(id)}`} data-open>
                  {shown(id)}
                </a>
              )}
            </td>
            <td>{shown(rule)}</td>
            <td class="text">{shown(agent)}</td>
            <td class="text">{shown(description)}</td>
          </tr>
        ))}
      </Table>
    </>
  );
}

/** How many of each, with a bar: of a name that is long only its beginning is shown. */
function Counts({ label, of, whole }: { label: string; of: readonly HeldOf[]; whole: number }) {
  return (
    <Table label={`By ${label.toLowerCase()}`} head={[label, 'Held', 'Part']}>
      {of.map(({ name, description, count }) => (
        <tr>
          <td class="text">
            {shown(name === '' ? '–' : name.slice(0, 100))}
            {description === undefined ? null : (
              <div class="why">{shown(description.slice(0, 120))}</div>
            )}
          </td>
          <td class="number">{count}</td>
          <td>
            <meter
              value={count}
              max={Math.max(whole, count, 1)}
              aria-label={`${count} of ${whole}`}
            />
          </td>
        </tr>
      ))}
    </Table>
  );
}
