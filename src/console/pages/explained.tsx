import type { AlertDelivery } from '../../outbox/alert-history.ts';
import type { ExplainedAlert, ExplainedFor } from '../data.ts';
import { address, State, shown, Table, Time } from './parts.tsx';

/** What of an alert the person who looks may see: other words come out hidden. */
export type Show = (text: string | number | undefined) => string;

/** Why an integration got an alert or did not, and what became of it. */
export function Explained({ of, show, now }: { of: ExplainedFor; show: Show; now: number }) {
  const { id, verdict, kind, why, chain, notes, deliveries } = of;
  return (
    <section class="explained" aria-label={shown(id)}>
      <h3>
        {shown(id)} <State of={kind} />{' '}
        {kind === 'sent' ? null : <span class="quiet">{show(verdict)}</span>}
      </h3>
      {why === undefined ? null : <p>{show(why)}</p>}
      {chain.length === 0 ? null : (
        <Table label={`Questions for ${id}`} head={['Answer', 'Question', 'Found', 'Wanted']}>
          {chain.map(({ pass, name, found, wanted }) => (
            <tr>
              <td>
                <span class={`state ${pass ? 'good' : 'bad'}`}>{pass ? '✓ yes' : '✗ no'}</span>
              </td>
              <td class="question">{show(name)}</td>
              <td class="text">{show(found)}</td>
              <td class="text">{show(wanted)}</td>
            </tr>
          ))}
        </Table>
      )}
      {notes.map((note) => (
        <p class="note">{show(note)}</p>
      ))}
      {deliveries.map((delivery) => (
        <Delivered delivery={delivery} show={show} now={now} />
      ))}
    </section>
  );
}

function Delivered({ delivery, show, now }: { delivery: AlertDelivery; show: Show; now: number }) {
  const { id, state, reason, waitsFor, nextAttemptAt, parkedMessage, bundle, finishedAt } =
    delivery;
  return (
    <>
      <p>
        <a href={`/delivery/${id}`}>Delivery {id}</a>: <State of={state} />{' '}
        {state === 'delivered' || reason === undefined ? null : <span>({shown(reason)}) </span>}
        {finishedAt === undefined ? null : <Time at={finishedAt} now={now} />}
        {waitsFor === undefined ? null : <span>waits: {waitsFor.replaceAll('_', ' ')} </span>}
        {nextAttemptAt === undefined ? null : <Time at={nextAttemptAt} now={now} />}
      </p>
      {parkedMessage === undefined ? null : <p class="note">{show(parkedMessage)}</p>}
      {bundle === undefined ? null : (
        <p>
          Part of{' '}
          <a href={address('/deliveries', { bundle: String(bundle.id) })}>
            the {shown(bundle.kind)} message {bundle.id}
          </a>
          {bundle.carrier === undefined ? null : (
            <>
              , carried by <a href={`/delivery/${bundle.carrier}`}>delivery {bundle.carrier}</a>
            </>
          )}
        </p>
      )}
      {delivery.attempts.length === 0 ? null : (
        <Table
          label={`Attempts of delivery ${id}`}
          head={['#', 'Began', 'Took', 'Outcome', 'Status', 'Said']}
        >
          {delivery.attempts.map((attempt) => (
            <tr>
              <td class="number">{attempt.number}</td>
              <td>
                <Time at={attempt.startedAt} now={now} />
              </td>
              <td class="number">{attempt.durationMs} ms</td>
              <td>
                <State of={attempt.outcome} />
                {attempt.reason === undefined ? null : (
                  <div class="why">{shown(attempt.reason)}</div>
                )}
              </td>
              <td class="number">{shown(attempt.status)}</td>
              <td class="text">
                {show(attempt.message ?? '')}
                {attempt.excerpt === undefined ? null : (
                  <pre class="answer" tabindex={0} role="region" aria-label="The answer">
                    {show(attempt.output ?? attempt.excerpt)}
                  </pre>
                )}
              </td>
            </tr>
          ))}
        </Table>
      )}
    </>
  );
}

/** The alert itself, as text. @param json it, without what is hidden. */
export function AlertText({ alert, json }: { alert: ExplainedAlert; json: string }) {
  return (
    <details open={json.length < 4000}>
      <summary>The alert ({alert.length} bytes)</summary>
      <pre class="alert" tabindex={0} role="region" aria-label="The alert">
        {json}
      </pre>
    </details>
  );
}
