import type { AuditRecord } from '../../outbox/audit.ts';
import { shown, Table, Time } from './parts.tsx';

/** What people did, the latest first. */
export function ActivityPage({
  entries,
  next,
  now,
}: {
  entries: readonly AuditRecord[];
  next: number | undefined;
  now: number;
}) {
  return (
    <>
      {entries.length === 0 ? null : (
        <Table label="Activity" head={['When', 'Who', 'What', 'About']}>
          {entries.map(({ at, who, kind, detail }) => (
            <tr data-row>
              <td>
                <Time at={at} now={now} />
              </td>
              <td>{shown(who)}</td>
              <td>{shown(kind)}</td>
              <td class="text">{shown(aboutOf(detail))}</td>
            </tr>
          ))}
        </Table>
      )}
      <p>
        {entries.length === 0 ? 'Nobody did anything yet.' : null}
        {next === undefined ? null : (
          <a href={`/activity?before=${next}`} rel="next" data-key="n">
            Older <kbd>n</kbd>
          </a>
        )}
      </p>
    </>
  );
}

/** What an entry concerned, in words where its kind is known. */
function aboutOf(detail: unknown): string {
  if (Array.isArray(detail)) {
    return detail
      .map((part: Readonly<Record<string, unknown>>) => {
        return `${String(part['count'])} ${String(part['state'])} of ${String(part['integration'])}`;
      })
      .join(', ');
  }
  if (typeof detail !== 'object' || detail === null) return plain(detail ?? '');
  return Object.entries(detail)
    .filter(([, value]) => value !== null && value !== undefined && value !== '')
    .map(([name, value]) => {
      const isTime = typeof value === 'number' && value > 1e12;
      const text = isTime ? new Date(value).toISOString() : plain(value);
      return `${name} ${text}`;
    })
    .join(', ');
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
