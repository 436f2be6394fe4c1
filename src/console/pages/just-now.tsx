import type { LiveEvent } from '../../core/live-event.ts';
import { State, shown } from './parts.tsx';

/** What just happened, the newest first. Nothing of an alert is in it: not everybody may see all of one. */
export function JustNow({ events }: { events: readonly LiveEvent[] }) {
  const its = events.filter(({ integration }) => !integration.startsWith('@'));
  if (its.length === 0) return <li class="quiet">Nothing yet.</li>;
  return (
    <>
      {its.map(({ at, integration, event, delivery, verdict, reason, status, alerts }) => {
        const iso = new Date(at).toISOString();
        // The exit code of a script that did what it should is 0.
        const code = status === 0 ? undefined : status;
        const why = [verdict ?? reason?.replaceAll('_', ' '), code].filter(
          (one) => one !== undefined,
        );
        return (
          <li>
            <time datetime={iso}>{iso.slice(11, 19)}</time> <State of={event} />{' '}
            {delivery === undefined ? (
              shown(integration)
            ) : (
              <a href={`/delivery/${delivery}`}>{shown(integration)}</a>
            )}{' '}
            <span class="quiet">
              {shown([...(alerts === undefined ? [] : [`${alerts} alerts`]), ...why].join(', '))}
            </span>
          </li>
        );
      })}
    </>
  );
}
