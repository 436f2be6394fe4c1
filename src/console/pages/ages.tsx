import { spanOf } from '../../core/words.ts';

const MINUTE_MS = 60_000;

/**
 * A time, with how long ago it is, or how far ahead, to the minute: what is live is told again only
 * when it has changed, and seconds always do.
 * @param at milliseconds since 1970.
 * @param isShort in a table: the time itself is told where one points at it.
 */
export function Ago({
  at,
  now,
  isShort = false,
}: {
  at: number | undefined;
  now: number;
  isShort?: boolean;
}) {
  if (at === undefined) return <span class="quiet">–</span>;
  const iso = new Date(at).toISOString();
  const span = Math.floor(Math.abs(now - at) / MINUTE_MS) * MINUTE_MS;
  const words =
    span === 0
      ? at <= now
        ? 'just now'
        : 'within a minute'
      : at <= now
        ? `${spanOf(span)} ago`
        : `in ${spanOf(span)}`;
  if (isShort) {
    return (
      <time datetime={iso} title={iso}>
        {words}
      </time>
    );
  }
  return (
    <time datetime={iso} title={iso}>
      {iso.slice(0, 10) === new Date(now).toISOString().slice(0, 10) ? '' : `${iso.slice(0, 10)} `}
      {iso.slice(11, 19)} <span class="quiet">{words}</span>
    </time>
  );
}

/** A duration in two digits: `340 ms`, `2.1 s`, `12 min`. @param ms milliseconds. */
export function durationOf(ms: number): string {
  if (ms < 1) return '< 1 ms';
  if (ms < 1000) return `${Number(ms.toPrecision(2))} ms`;
  return ms < MINUTE_MS
    ? `${Number((ms / 1000).toPrecision(2))} s`
    : `${Math.round(ms / MINUTE_MS)} min`;
}
