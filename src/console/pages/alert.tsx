import type { ExplainedAlert } from '../data.ts';
import { MOST_GIVEN } from '../reader/protocol.ts';
import { AlertText, Explained, type Show } from './explained.tsx';
import { address, State, shown, Table, Time } from './parts.tsx';

/** What tells alerts apart, as far as it may be seen. */
export interface AlertFacts {
  readonly level: string | undefined;
  readonly rule: string | undefined;
  readonly description: string | undefined;
  readonly agent: string | undefined;
}

/** An alert with what the person who looks may see of it. */
export interface ShownAlert {
  readonly alert: ExplainedAlert;
  readonly json: string;
  readonly facts: AlertFacts;
  readonly show: Show;
}

export interface AlertParts {
  /** What was asked for: an id, or alerts. */
  readonly given: string;
  readonly alerts: readonly ShownAlert[];
  /** What could not be searched, in words. */
  readonly left: readonly string[];
  /** What could not be explained, in words. */
  readonly problems: readonly string[];
  /** True where more was given than is explained. */
  readonly isCut: boolean;
  readonly now: number;
  readonly canAct: boolean;
}

/** Where an alert is asked for, and why each integration got it or did not. */
export function AlertPage(parts: AlertParts) {
  const { given, alerts, left, problems, isCut, now, canAct } = parts;
  return (
    <>
      <Ask given={given} />
      {problems.map((problem) => (
        <p class="message" role="status">
          {shown(problem)}
        </p>
      ))}
      {left.map((one) => (
        <p class="note">Not searched: {shown(one)}</p>
      ))}
      {alerts.map((one) => (
        <OneAlert {...one} now={now} canAct={canAct} />
      ))}
      {isCut ? (
        <p class="note">
          There is more: the first {MOST_GIVEN} are explained here. `integratord explain FILE` has
          no such limit.
        </p>
      ) : null}
    </>
  );
}

function Ask({ given }: { given: string }) {
  return (
    <form method="post" action="/alert" class="paste" role="search" aria-label="An alert">
      <label for="alert">Id of an alert, or an alert itself</label>
      <textarea
        id="alert"
        name="alert"
        rows={given.includes('\n') || given.length > 200 ? 8 : 3}
        data-key="/"
        spellcheck={false}
        autocapitalize="off"
        autocomplete="off"
        placeholder="1652272159.1549653"
        aria-describedby="alert-help"
      >
        {/* The first line end in a text area counts as none. */}
        {`\n${given}`}
      </textarea>
      <p id="alert-help" class="quiet">
        A line of alerts.json or alerts.log, JSON over several lines, or a document copied from the
        dashboard. Nothing of it is kept or sent.
      </p>
      <button>
        Explain <kbd>ctrl</kbd> <kbd>enter</kbd>
      </button>
    </form>
  );
}

function OneAlert({
  alert,
  json,
  facts,
  show,
  now,
  canAct,
}: ShownAlert & { now: number; canAct: boolean }) {
  const { id, decidedBy, integrations } = alert;
  const { level, rule, description, agent } = facts;
  return (
    <article
      data-row
      data-alert={alert.isGiven ? undefined : id}
      data-rule={rule}
      data-agent={agent}
    >
      <h2>Alert {id === undefined ? 'without id' : shown(id)}</h2>
      <p class="what">
        <strong>{shown(description)}</strong>
        <br />
        level {shown(level)} · rule {shown(rule)} · agent {shown(agent)}
      </p>
      <p>
        <Found alert={alert} now={now} /> Decided by {show(decidedBy)}.{' '}
        {!canAct || rule === undefined ? null : (
          <a href={address('/silences', { rule, agent })} data-key="s">
            Silence alerts like it <kbd>s</kbd>
          </a>
        )}
      </p>
      {integrations.length === 0 ? <p>No integration is configured.</p> : null}
      {integrations.length > 1 ? <Overview of={integrations} show={show} /> : null}
      {integrations.map((one) => (
        <Explained of={one} show={show} now={now} />
      ))}
      <AlertText alert={alert} json={json} />
    </article>
  );
}

function Found({ alert, now }: { alert: ExplainedAlert; now: number }) {
  const { isGiven, foundIn, readAt } = alert;
  if (!isGiven) {
    return (
      <>
        Found in {shown(foundIn)}
        {readAt === undefined ? ', not in the outbox.' : ', read '}
        {readAt === undefined ? null : <Time at={readAt} now={now} />}
        {readAt === undefined ? null : '.'}
      </>
    );
  }
  if (readAt === undefined) return <>As it was pasted: the outbox has none with its id.</>;
  return (
    <>
      As it was pasted. The outbox has one with its id, read <Time at={readAt} now={now} />.
    </>
  );
}

/** All integrations at a glance, each with a way to its questions. */
function Overview({ of, show }: { of: ExplainedAlert['integrations']; show: Show }) {
  const hasNow = of.some(({ now }) => now !== undefined);
  const head = ['Integration', hasNow ? 'Then' : 'Verdict', ...(hasNow ? ['Now'] : []), 'Why'];
  return (
    <Table label="Verdicts" head={head}>
      {of.map(({ id, kind, verdict, now, why }) => (
        <tr>
          <th scope="row">{shown(id)}</th>
          <td>
            <State of={kind} /> {kind === 'sent' ? null : <span class="why">{show(verdict)}</span>}
          </td>
          {hasNow ? (
            <td>
              {now === undefined ? <span class="quiet">the same</span> : <State of={now.kind} />}
              {now === undefined || now.kind === 'sent' ? null : (
                <span class="why"> {show(now.verdict)}</span>
              )}
            </td>
          ) : null}
          <td class="text">{why === undefined ? '' : show(why)}</td>
        </tr>
      ))}
    </Table>
  );
}
