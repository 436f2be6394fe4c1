import type { DeadGroup, DeadGroups } from '../../outbox/browse/dead-groups.ts';
import { address, FormId, shown, Table, Time } from './parts.tsx';

export interface DeadParts {
  readonly found: DeadGroups;
  readonly now: number;
  /** An id for the form of each group, where people can act. */
  readonly formId: (() => string) | undefined;
}

/** The dead letters, grouped by what they failed at. */
export function DeadPage({ found, now, formId }: DeadParts) {
  const { groups, seen, isWhole } = found;
  const head = ['Integration', 'Reason', 'What was said', 'Count', 'First', 'Last', 'Example'];
  return (
    <>
      <p>
        {seen === 0 ? 'There are no dead letters.' : `${seen} dead letters`}
        {isWhole || seen === 0 ? '' : ', the newest; there are more. '}
        {isWhole ? null : <a href="/dead?all=1">Look at all of them</a>}
      </p>
      {groups.length === 0 ? null : (
        <Table label="Dead letters" head={formId === undefined ? head : [...head, 'Act']}>
          {groups.map((group) => (
            <Group group={group} now={now} formId={formId?.()} />
          ))}
        </Table>
      )}
    </>
  );
}

function Group({
  group,
  now,
  formId,
}: {
  group: DeadGroup;
  now: number;
  formId: string | undefined;
}) {
  const { integration, reason, message, count, firstAt, lastAt, example, lastId } = group;
  return (
    <tr data-row>
      <th scope="row">
        <a href={address('/deliveries', { state: 'dead', integration, reason })} data-open>
          {shown(integration)}
        </a>
      </th>
      <td class="word">{shown(reason)}</td>
      <td class="text">{shown(message)}</td>
      <td class="number">{count}</td>
      <td>
        <Time at={firstAt} now={now} />
      </td>
      <td>
        <Time at={lastAt} now={now} />
      </td>
      <td>
        <a href={`/delivery/${example}`}>{example}</a>
      </td>
      {formId === undefined ? null : (
        <td>
          <form method="post" action="/act" class="actions">
            <FormId id={formId} />
            <input
              type="hidden"
              name="group"
              value={JSON.stringify({ integration, reason, message, upTo: lastId })}
            />
            <input type="hidden" name="back" value="/dead" />
            <button name="action" value="retry" data-key="r">
              Retry group
            </button>
            <button name="action" value="drop" data-key="d">
              Drop group
            </button>
          </form>
        </td>
      )}
    </tr>
  );
}
