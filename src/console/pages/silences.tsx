import { endOf, heldBy, silenceLabel } from '../../core/silence.ts';
import type { SilenceData } from '../data.ts';
import { FormId, State, shown, Table, Time } from './parts.tsx';
import { SPANS } from './spans.ts';

export interface SilencesParts {
  readonly silences: readonly SilenceData[];
  readonly integrations: readonly string[];
  readonly now: number;
  /** An id for each form, where people can act. */
  readonly formId: (() => string) | undefined;
  /** The rule that is to be silenced, where a page led here for that. */
  readonly rule: string;
}

/** What holds alerts back, and where one is added. */
export function SilencesPage({ silences, integrations, now, formId, rule }: SilencesParts) {
  const head = ['Silence', 'State', 'From', 'Until', 'Holds back', 'For', 'By', 'Held'];
  return (
    <>
      <Table label="Silences" head={formId === undefined ? head : [...head, 'Act']}>
        {silences.map((one) => (
          <Silence of={one} now={now} formId={formId?.()} />
        ))}
      </Table>
      {silences.length === 0 ? <p>There are no silences.</p> : null}
      {formId === undefined ? null : (
        <Add integrations={integrations} rule={rule} formId={formId()} />
      )}
    </>
  );
}

function Silence({
  of,
  now,
  formId,
}: {
  of: SilenceData;
  now: number;
  formId: string | undefined;
}) {
  const { record, id, state, error } = of;
  const { only, when, integrations, by } = record;
  const what = [
    only === undefined ? undefined : JSON.stringify(only),
    when === undefined ? undefined : `when ${when}`,
  ].filter((part) => part !== undefined);
  return (
    <tr data-row>
      <th scope="row">{shown(silenceLabel(record))}</th>
      <td>
        <State of={state} />
        {error === undefined ? null : <div class="why">{shown(error)}</div>}
      </td>
      <td>
        <Time at={record.from} now={now} />
      </td>
      <td>
        <Time at={endOf(record)} now={now} />
      </td>
      <td class="text">{shown(what.join(' and ') || 'everything')}</td>
      <td>{shown(integrations?.join(', ') ?? 'all')}</td>
      <td>{shown(by)}</td>
      <td class="number">{heldBy(record)}</td>
      {formId === undefined ? null : (
        <td>
          {id === undefined || state === 'over' ? null : (
            <form method="post" action="/silences/end">
              <FormId id={formId} />
              <input type="hidden" name="id" value={id} />
              <button>
                End now<span class="away"> {shown(silenceLabel(record))}</span>
              </button>
            </form>
          )}
        </td>
      )}
    </tr>
  );
}

function Add({
  integrations,
  rule,
  formId,
}: {
  integrations: readonly string[];
  rule: string;
  formId: string;
}) {
  return (
    <section id="add" aria-labelledby="add-title">
      <h2 id="add-title">Add a silence</h2>
      <form method="post" action="/silences/add" class="filters">
        <FormId id={formId} />
        <label>
          Rule ids
          <input name="rule" value={rule} maxlength={200} placeholder="5710, 5712" />
        </label>
        <label>
          Agents
          <input name="agent" maxlength={200} placeholder="web01, lab-*" />
        </label>
        <label>
          Integration
          <select name="integration">
            <option value="">all</option>
            {integrations.map((id) => (
              <option value={id}>{shown(id)}</option>
            ))}
          </select>
        </label>
        <label>
          For
          <select name="span">
            {Object.keys(SPANS).map((span) => (
              <option value={span} selected={span === '1h'}>
                {span}
              </option>
            ))}
          </select>
        </label>
        <label>
          Why
          <input name="why" required maxlength={200} />
        </label>
        <button>Add</button>
      </form>
      <p class="quiet">
        What fits all that is given is held back, and one message says after the end how many that
        were. Alerts of level 15 and 16 are sent all the same. `integratord silence add` can do
        more.
      </p>
    </section>
  );
}
