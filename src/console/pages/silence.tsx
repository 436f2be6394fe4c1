import { localTime } from '../../core/local-time.ts';
import { endOf, heldBy } from '../../core/silence.ts';
import type { SilenceReceipt } from '../../outbox/silence-receipts.ts';
import type { SilenceData } from '../data.ts';
import type { Html } from '../http/route.ts';
import { silenceEnds } from '../silence-ends.ts';
import { address, FormId, State, shown, Table, Time } from './parts.tsx';
import { whichAlerts } from './silences.tsx';

export interface SilencePageParts {
  readonly silence: SilenceData;
  readonly receipts: readonly SilenceReceipt[];
  readonly now: number;
  /** An id for each form, where people can act. */
  readonly formId: (() => string) | undefined;
}

const AFTERWARDS = {
  summary: 'one message says how many were held back',
  deliver: 'they are sent',
  nothing: 'they are not sent, and one message says how many they were',
} as const;

/** One silence: what it holds back, how much that is, and whom it told. */
export function SilencePage({ silence, receipts, now, formId }: SilencePageParts) {
  const { record, state, error } = silence;
  const { name, why, by, from, until, endedAt, integrations, ending, evenCritical } = record;
  const facts: readonly (readonly [string, Html])[] = [
    ['State', <State of={state} />],
    ['Why', shown(name === undefined ? why : `${name}: ${why}`)],
    ['By', shown(by)],
    ['Holds back', shown(whichAlerts(record))],
    ['For', shown(integrations?.join(', ') ?? 'all integrations')],
    ['Level 15 and 16', evenCritical ? 'as well' : 'are sent all the same'],
    ['From', <Time at={from} now={now} />],
    ['Until', <Time at={endOf(record)} now={now} />],
    ['Afterwards', AFTERWARDS[ending]],
  ];
  return (
    <>
      {error === undefined ? null : (
        <p class="message bad" role="alert">
          It holds nothing back: {shown(error)}
        </p>
      )}
      <dl class="facts">
        {facts.map(([title, value]) => (
          <div>
            <dt>{title}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        {endedAt === undefined || endedAt >= until ? null : (
          <div>
            <dt>Ended early</dt>
            <dd>it was to hold until {localTime(until)}</dd>
          </div>
        )}
      </dl>
      <Acts silence={silence} now={now} formId={formId} />
      <h2>{heldText(heldBy(record))}</h2>
      <Held silence={silence} receipts={receipts} now={now} />
      <p>
        <a href="/silences" data-key="esc">
          All silences
        </a>
      </p>
    </>
  );
}

function heldText(count: number): string {
  return count === 0 ? 'It has held back nothing' : `It has held back ${count}`;
}

/** By integration how many, and what became of the message that says so. */
function Held({ silence, receipts, now }: Omit<SilencePageParts, 'formId'>) {
  const { record, state } = silence;
  const names = new Set([...record.held.keys(), ...receipts.map(({ integration }) => integration)]);
  if (names.size === 0) return null;
  return (
    <Table label="Held back" head={['Integration', 'Alerts', 'Told']}>
      {[...names].map((name) => (
        <tr data-row>
          <th scope="row">{shown(name)}</th>
          <td class="number">{record.held.get(name) ?? 0}</td>
          <td>
            {record.ending === 'summary'
              ? null
              : state === 'over'
                ? AFTERWARDS[record.ending]
                : 'after the end'}
            {receipts
              .filter(({ integration }) => integration === name)
              .map((receipt) => (
                <Receipt of={receipt} now={now} />
              ))}
          </td>
        </tr>
      ))}
    </Table>
  );
}

function Receipt({ of, now }: { of: SilenceReceipt; now: number }) {
  const { bundle, dueAt, delivery, state, finishedAt } = of;
  const members = address('/deliveries', { bundle: String(bundle) });
  return (
    <div>
      {delivery === undefined ? (
        <>
          is told <Time at={dueAt} now={now} />
        </>
      ) : (
        <>
          <a href={`/delivery/${delivery}`} data-open>
            message {delivery}
          </a>
          : <State of={state ?? 'removed'} />{' '}
          {finishedAt === undefined ? null : <Time at={finishedAt} now={now} />}
        </>
      )}{' '}
      · <a href={members}>the alerts</a>
    </div>
  );
}

function Acts({ silence, now, formId }: Pick<SilencePageParts, 'silence' | 'now' | 'formId'>) {
  const { id, record, state } = silence;
  if (formId === undefined || id === undefined || state === 'over') return null;
  const from = Math.max(record.until, now);
  return (
    <div class="actions">
      <form method="post" action="/silences/end">
        <FormId id={formId()} />
        <input type="hidden" name="id" value={id} />
        <button>End now</button>
      </form>
      {record.isRecurring ? null : (
        <form method="post" action="/silences/extend" class="actions">
          <FormId id={formId()} />
          <input type="hidden" name="id" value={id} />
          <input type="hidden" name="from" value={from} />
          <label>
            Longer by
            <select name="end">
              {silenceEnds(from).map(({ choice, label, until }) => (
                <option value={choice} selected={choice === '1h'}>
                  {label} ({localTime(until).slice(5)})
                </option>
              ))}
            </select>
          </label>
          <label>
            or until
            <input type="datetime-local" name="at" />
          </label>
          <button>Extend</button>
        </form>
      )}
    </div>
  );
}
