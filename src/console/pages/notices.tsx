import type { SaidNotice } from '../../core/said-notice.ts';
import { State, shown } from './parts.tsx';

/** What integratord has said about itself, the newest first; nothing where it had nothing to say. */
export function Notices({ notices }: { notices: readonly SaidNotice[] }) {
  if (notices.length === 0) return <></>;
  return (
    <section aria-labelledby="notices-title">
      <h2 id="notices-title">Notices</h2>
      <ul class="notices">
        {notices.map(({ at, sentence, isOver }) => {
          const iso = new Date(at).toISOString();
          return (
            <li>
              <time datetime={iso}>
                {iso.slice(0, 10)} {iso.slice(11, 19)}
              </time>{' '}
              <State of={isOver ? 'solved' : 'trouble'} /> <span>{shown(sentence)}</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
