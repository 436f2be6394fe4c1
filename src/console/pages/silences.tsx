import { endOf, heldBy, silenceLabel } from '../../core/silence.ts';
import type { SilenceData } from '../data.ts';
import { FormId, State, shown, Table, Time } from './parts.tsx';
import { type SilenceFields, SilenceForm } from './silence-form.tsx';

export interface SilencesParts {
  readonly silences: readonly SilenceData[];
  readonly integrations: readonly string[];
  readonly now: number;
  /** An id for each form, where people can act. */
  readonly formId: (() => string) | undefined;
  /** What a page that led here filled in. */
  readonly fields: SilenceFields;
}

/** What holds alerts back, and where a silence is made. */
export function SilencesPage({ silences, integrations, now, formId, fields }: SilencesParts) {
  const over = silences.filter(({ state }) => state === 'over');
  const others = silences.filter(({ state }) => state !== 'over');
  const list = (label: string, of: readonly SilenceData[], canAct: boolean) => (
    <Table label={label} head={canAct ? [...HEAD, 'Act'] : HEAD}>
      {of.map((one) => (
        <Silence of={one} now={now} formId={canAct ? formId : undefined} canAct={canAct} />
      ))}
    </Table>
  );
  return (
    <>
      {others.length === 0 ? <p>Nothing is silenced.</p> : null}
      {others.length === 0 ? null : list('Silences', others, formId !== undefined)}
      {formId === undefined ? null : (
        <section id="add" aria-labelledby="add-title">
          <h2 id="add-title">Silence alerts</h2>
          <SilenceForm {...{ fields, integrations, now }} formId={formId()} isTried={false} />
        </section>
      )}
      {over.length === 0 ? null : <h2>Over</h2>}
      {over.length === 0 ? null : list('Silences that are over', over, false)}
    </>
  );
}

const HEAD = ['Silence', 'State', 'From', 'Until', 'Holds back', 'For', 'By', 'Held'];

function Silence({
  of,
  now,
  formId,
  canAct,
}: {
  of: SilenceData;
  now: number;
  formId: (() => string) | undefined;
  canAct: boolean;
}) {
  const { record, id, state, error } = of;
  const { integrations, by } = record;
  const label = shown(silenceLabel(record));
  return (
    <tr data-row>
      <th scope="row" class="text">
        {id === undefined ? (
          label
        ) : (
          <a href={`/silence/${id}`} data-open>
            {label}
          </a>
        )}
      </th>
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
      <td class="text">{shown(whichAlerts(record))}</td>
      <td>{shown(integrations?.join(', ') ?? 'all')}</td>
      <td>{shown(by)}</td>
      <td class="number">{heldBy(record)}</td>
      {canAct ? (
        <td>
          {id === undefined || formId === undefined ? null : (
            <div class="actions">
              <form method="post" action="/silences/end">
                <FormId id={formId()} />
                <input type="hidden" name="id" value={id} />
                <button>
                  End now<span class="away"> {label}</span>
                </button>
              </form>
              <a href={`/silence/${id}`}>
                Extend<span class="away"> {label}</span>
              </a>
            </div>
          )}
        </td>
      ) : null}
    </tr>
  );
}

/** What a silence is about, as people read it. */
export function whichAlerts({ only, when }: SilenceData['record']): string {
  const members = Object.entries((only ?? {}) as Readonly<Record<string, unknown>>);
  const parts = members.map(([name, value]) => {
    const values = Array.isArray(value) ? value : [value];
    return `${name} ${values.map(plain).join(', ')}`;
  });
  return [...parts, ...(when === undefined ? [] : [when])].join(' and ') || 'everything';
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
