import type { DeliveryData } from '../data.ts';
import type { ShownAlert } from './alert.tsx';
import { AlertText, Explained } from './explained.tsx';
import { MessageSection } from './message.tsx';
import { address, FormId, State, shown, Time } from './parts.tsx';

export interface DeliveryParts extends ShownAlert {
  readonly detail: DeliveryData['detail'];
  readonly rendering: DeliveryData['rendering'];
  readonly now: number;
  /** Where people can act: the id of the form. */
  readonly formId: string | undefined;
}

/** One delivery: what it is of, what was decided, every attempt, and the alert. */
export function DeliveryPage(parts: DeliveryParts) {
  const { detail, rendering, alert, json, facts, show, now, formId } = parts;
  const { id, integration, state, level, readAt, attempts, parked } = detail;
  return (
    <>
      <dl class="facts">
        <div>
          <dt>Integration</dt>
          <dd>{shown(integration)}</dd>
        </div>
        <div>
          <dt>State</dt>
          <dd>
            <State of={state} /> after {attempts} {attempts === 1 ? 'attempt' : 'attempts'}
            {parked === undefined ? null : <div class="why">{show(parked.message)}</div>}
          </dd>
        </div>
        <div>
          <dt>Read</dt>
          <dd>
            <Time at={readAt} now={now} />
          </dd>
        </div>
        <div>
          <dt>Level</dt>
          <dd>{level}</dd>
        </div>
        <div>
          <dt>Alert</dt>
          <dd>
            {detail.alert === undefined ? (
              'without id'
            ) : (
              <a href={`/alert/${encodeURIComponent(detail.alert)}`} data-key="e">
                {shown(detail.alert)}: who else got it <kbd>e</kbd>
              </a>
            )}
          </dd>
        </div>
      </dl>
      {formId === undefined ? null : (
        <form id="act" method="post" action="/act" class="actions">
          <FormId id={formId} />
          <input type="hidden" name="id" value={id} />
          <input type="hidden" name="back" value={`/delivery/${id}`} />
          {state === 'delivered' || state === 'covered' ? null : (
            <button name="action" value="retry" data-key="r">
              Retry now <kbd>r</kbd>
            </button>
          )}
          {state === 'dead' ? (
            <button name="action" value="drop" data-key="d">
              Drop <kbd>d</kbd>
            </button>
          ) : null}
          {facts.rule === undefined ? null : (
            <a
              href={address('/silences', { rule: facts.rule, agent: facts.agent })}
              data-key="s"
              data-rule={facts.rule}
              data-agent={facts.agent}
            >
              Silence alerts like it <kbd>s</kbd>
            </a>
          )}
        </form>
      )}
      <h2>Why, and what became of it</h2>
      {alert.integrations.map((one) => (
        <Explained of={one} show={show} now={now} />
      ))}
      <p class="quiet">Decided by {show(alert.decidedBy)}.</p>
      <MessageSection of={rendering} now={now} />
      <AlertText alert={alert} json={json} />
    </>
  );
}
