import { FormId, shown } from './parts.tsx';

/** What came of an action. */
export function DonePage({
  ok,
  text,
  details,
  back,
}: {
  ok: boolean;
  text: string;
  details: readonly string[];
  back: string;
}) {
  return (
    <>
      <p class={`message ${ok ? 'good' : 'bad'}`} role="status">
        {shown(text)}
      </p>
      {details.map((detail) => (
        <p class="note">{shown(detail)}</p>
      ))}
      <p>
        <a href={back} data-key="esc">
          Back
        </a>
      </p>
    </>
  );
}

/** Asks before what cannot be undone, or concerns many. */
export function ConfirmPage({
  action,
  count,
  mustType,
  formId,
  back,
  fields,
}: {
  action: 'retry' | 'drop';
  count: number;
  mustType: boolean;
  formId: string;
  back: string;
  fields: readonly (readonly [string, string])[];
}) {
  const what = count === 1 ? '1 delivery' : `${count} deliveries`;
  return (
    <form method="post" action="/act" class="confirm">
      <FormId id={formId} />
      {fields.map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      <p>
        {action === 'drop'
          ? `This removes ${what} with their alerts. It cannot be undone.`
          : `This sends ${what} again.`}
      </p>
      {mustType ? (
        <label>
          Type {count} to go on
          <input name="confirmed" required inputmode="numeric" autocomplete="off" autofocus />
        </label>
      ) : (
        <input type="hidden" name="confirmed" value="yes" />
      )}
      <p class="actions">
        <button>
          {action === 'drop' ? 'Drop' : 'Retry'} {what}
        </button>
        <a href={back} data-key="esc">
          Leave them
        </a>
      </p>
    </form>
  );
}
