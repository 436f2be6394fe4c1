import type { ExplainedAlert } from '../data.ts';
import { AlertText, Explained, type Show } from './explained.tsx';
import { shown, Time } from './parts.tsx';

/** An alert with what the person who looks may see of it. */
export interface ShownAlert {
  readonly alert: ExplainedAlert;
  readonly json: string;
  readonly show: Show;
}

/** Where an alert is asked for, and why each integration got it or did not. */
export function AlertPage({
  id,
  alerts,
  left,
  now,
  canAct,
}: {
  id: string;
  alerts: readonly ShownAlert[];
  left: readonly string[];
  now: number;
  canAct: boolean;
}) {
  return (
    <>
      <form method="get" action="/alert" class="filters" role="search" aria-label="An alert">
        <label>
          Id of the alert
          <input
            name="id"
            value={id}
            data-key="/"
            maxlength={64}
            placeholder="1652272159.1549653"
          />
        </label>
        <button>Explain</button>
      </form>
      {id !== '' && alerts.length === 0 ? (
        <p class="message" role="status">
          There is no alert {shown(id)} in the outbox, in the alert file or in the archives of its
          day.
        </p>
      ) : null}
      {left.map((one) => (
        <p class="note">Not searched: {shown(one)}</p>
      ))}
      {alerts.map((one) => (
        <OneAlert {...one} now={now} canAct={canAct} />
      ))}
    </>
  );
}

function OneAlert({
  alert,
  json,
  show,
  now,
  canAct,
}: ShownAlert & { now: number; canAct: boolean }) {
  const { id, foundIn, readAt, decidedBy, integrations } = alert;
  const rule = (alert.json['rule'] ?? {}) as Readonly<Record<string, unknown>>;
  return (
    <article
      data-row
      data-alert={id}
      data-rule={typeof rule['id'] === 'string' ? rule['id'] : undefined}
    >
      <h2>Alert {shown(id)}</h2>
      <p>
        Found in {shown(foundIn)}, read <Time at={readAt} now={now} />. Decided by {show(decidedBy)}
        .{' '}
        {canAct && typeof rule['id'] === 'string' ? (
          <a href={`/silences?rule=${encodeURIComponent(rule['id'])}#add`} data-key="s">
            Silence alerts like it <kbd>s</kbd>
          </a>
        ) : null}
      </p>
      {integrations.length === 0 ? <p>No integration is configured.</p> : null}
      {integrations.map((one) => (
        <Explained of={one} show={show} now={now} />
      ))}
      <AlertText alert={alert} json={json} />
    </article>
  );
}
