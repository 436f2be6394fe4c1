import { DELIVERY_STATES } from '../../core/delivery.ts';
import { address, FormId, State, shown, Table, Time } from './parts.tsx';
import { SPANS } from './spans.ts';

/** The filters as they stand in the address. */
export interface DeliveriesQuery {
  readonly state: string | undefined;
  readonly integration: string | undefined;
  readonly reason: string | undefined;
  readonly rule: string | undefined;
  readonly agent: string | undefined;
  /** This one or a higher one. */
  readonly level: string | undefined;
  readonly q: string | undefined;
  readonly since: string | undefined;
  readonly bundle: string | undefined;
  readonly before: string | undefined;
}

/** A delivery in a list, with what may be shown of its alert. Times are milliseconds since 1970. */
export interface DeliveryRow {
  readonly id: number;
  readonly integration: string;
  readonly alert: string | undefined;
  readonly level: number;
  readonly state: string;
  readonly attempts: number;
  readonly reason: string | undefined;
  readonly verdict: string | undefined;
  readonly readAt: number;
  readonly nextAttemptAt: number | undefined;
  readonly rule: string | undefined;
  readonly description: string | undefined;
  readonly agent: string | undefined;
}

export interface DeliveriesParts {
  readonly query: DeliveriesQuery;
  readonly rows: readonly DeliveryRow[];
  readonly next: number | undefined;
  /** False where the search ended before the page was full. */
  readonly isFull: boolean;
  readonly integrations: readonly string[];
  readonly now: number;
  /** What is looked for, as forms keep it; undefined where that is wrong. */
  readonly filter: string | undefined;
  /** Where people can act: an id for each form. */
  readonly formId: (() => string) | undefined;
  /** What was wrong with the address. */
  readonly problem: string | undefined;
}

/** The list of deliveries, the newest first. What is looked for is in the address. */
export function DeliveriesPage(parts: DeliveriesParts) {
  const { query, filter, rows, next, isFull, integrations, now, formId, problem } = parts;
  const older =
    next === undefined ? undefined : address('/deliveries', { ...query, before: String(next) });
  const back = address('/deliveries', { ...query });
  const head = ['Id', 'Read', 'Integration', 'State', 'Lvl', 'Rule', 'Agent', 'Alert'];
  return (
    <>
      <Filters {...parts} />
      {problem === undefined ? null : (
        <p class="message" role="alert">
          {shown(problem)}
        </p>
      )}
      <div class="bar">
        {formId === undefined || rows.length === 0 ? null : (
          <form id="act" method="post" action="/act" class="actions">
            <FormId id={formId()} />
            <input type="hidden" name="back" value={back} />
            <button name="action" value="retry" data-key="r">
              Retry selected <kbd>r</kbd>
            </button>
            <button name="action" value="drop" data-key="d">
              Drop selected <kbd>d</kbd>
            </button>
          </form>
        )}
        {rows.length === 0 || filter === undefined ? null : (
          <ByFilter filter={filter} back={back} formId={formId?.()} />
        )}
      </div>
      {rows.length === 0 ? null : (
        <Table label="Deliveries" head={formId === undefined ? head : ['', ...head]}>
          {rows.map((row) => (
            <Row row={row} now={now} hasForm={formId !== undefined} />
          ))}
        </Table>
      )}
      <p>
        {rows.length === 0 && isFull ? 'Nothing fits. ' : ''}
        {isFull ? '' : 'The search took long and stopped here, so there may be more. '}
        {query.before === undefined ? null : (
          <a href={address('/deliveries', { ...query, before: undefined })}>Newest</a>
        )}{' '}
        {older === undefined ? null : (
          <a href={older} rel="next" data-key="n">
            {isFull ? 'Older' : 'Search further back'} <kbd>n</kbd>
          </a>
        )}
      </p>
      {formId === undefined || integrations.length === 0 ? null : (
        <SendTest integrations={integrations} chosen={query.integration} formId={formId()} />
      )}
    </>
  );
}

/** What is done with all that match, also what is not on this page. */
function ByFilter({
  filter,
  back,
  formId,
}: {
  filter: string;
  back: string;
  formId: string | undefined;
}) {
  return (
    <>
      {formId === undefined ? null : (
        <form method="post" action="/act" class="actions">
          <FormId id={formId} />
          <input type="hidden" name="filter" value={filter} />
          <input type="hidden" name="back" value={back} />
          <button name="action" value="retry" data-key="R">
            Retry all that match … <kbd>R</kbd>
          </button>
        </form>
      )}
      <form method="post" action="/deliveries/export" class="actions">
        <input type="hidden" name="filter" value={filter} />
        <button>Export all that match</button>
      </form>
    </>
  );
}

function SendTest({
  integrations,
  chosen,
  formId,
}: {
  integrations: readonly string[];
  chosen: string | undefined;
  formId: string;
}) {
  const present = integrations.filter((id) => !id.endsWith(' (removed)'));
  return (
    <form method="post" action="/test" class="filters" aria-label="Send a test alert">
      <FormId id={formId} />
      <label>
        Send a test alert to
        <select name="integration">
          {present.map((id) => (
            <option value={id} selected={id === chosen}>
              {shown(id)}
            </option>
          ))}
        </select>
      </label>
      <button>Send a test</button>
    </form>
  );
}

function Row({ row, now, hasForm }: { row: DeliveryRow; now: number; hasForm: boolean }) {
  const { id, integration, alert, level, state, attempts, reason, verdict, readAt } = row;
  const why = [reason, verdict, attempts > 1 ? `${attempts} attempts` : undefined]
    .filter((part) => part !== undefined)
    .join(', ');
  return (
    <tr data-row data-alert={alert} data-rule={row.rule} data-agent={row.agent}>
      {hasForm ? (
        <td>
          <input type="checkbox" form="act" name="id" value={id} aria-label={`Delivery ${id}`} />
        </td>
      ) : null}
      <th scope="row">
        <a href={`/delivery/${id}`} data-open>
          {id}
        </a>
      </th>
      <td>
        <Time at={readAt} now={now} />
      </td>
      <td class="word">{shown(integration)}</td>
      <td>
        <State of={state} />
        {why === '' ? null : <div class="why">{shown(why)}</div>}
        {row.nextAttemptAt === undefined || row.nextAttemptAt <= now ? null : (
          <div class="why">
            next <Time at={row.nextAttemptAt} now={now} />
          </div>
        )}
      </td>
      <td class="number">{level}</td>
      <td class="word">{shown(row.rule)}</td>
      <td class="word">{shown(row.agent)}</td>
      <td class="text">{shown(row.description)}</td>
    </tr>
  );
}

function Filters({ query, integrations }: DeliveriesParts) {
  return (
    <form method="get" action="/deliveries" class="filters" role="search" aria-label="Deliveries">
      <label>
        State
        <Choice name="state" chosen={query.state} of={DELIVERY_STATES} />
      </label>
      <label>
        Integration
        <Choice name="integration" chosen={query.integration} of={integrations} />
      </label>
      <label>
        Read in the last
        <Choice name="since" chosen={query.since} of={Object.keys(SPANS)} />
      </label>
      <Field name="reason" label="Reason" value={query.reason} size={12} />
      <Field name="rule" label="Rule id" value={query.rule} size={9} />
      <Field name="agent" label="Agent" value={query.agent} size={12} />
      <Field name="level" label="Level from" value={query.level} size={3} />
      <Field name="q" label="Text or alert id" value={query.q} isFirst />
      {query.bundle === undefined ? null : (
        <Field name="bundle" label="Message" value={query.bundle} />
      )}
      <button>Find</button>
      <a href="/deliveries">Clear</a>
    </form>
  );
}

function Field({
  name,
  label,
  value,
  size = 20,
  isFirst = false,
}: {
  name: string;
  label: string;
  value: string | undefined;
  /** In characters. */
  size?: number;
  isFirst?: boolean;
}) {
  return (
    <label>
      {label}
      <input
        name={name}
        value={value ?? ''}
        size={size}
        maxlength={200}
        data-key={isFirst ? '/' : undefined}
      />
    </label>
  );
}

function Choice({
  name,
  chosen,
  of,
}: {
  name: string;
  chosen: string | undefined;
  of: readonly string[];
}) {
  const values = chosen === undefined || of.includes(chosen) ? of : [...of, chosen];
  return (
    <select name={name}>
      <option value="">any</option>
      {values.map((value) => (
        <option value={value} selected={value === chosen}>
          {shown(value)}
        </option>
      ))}
    </select>
  );
}
