import { printable } from '../../core/printable.ts';
import { spanOf } from '../../core/words.ts';
import type { Html } from '../http/route.ts';

/**
 * Text of an alert, a service or a person on a page. It is only ever text there, which JSX sees to; what would
 * change the order of the letters, or not show, is shown as an escape.
 */
export function shown(text: string | number | undefined): string {
  return text === undefined ? '–' : printable(String(text));
}

/** A time, and how long ago that is. @param at milliseconds since 1970. */
export function Time({ at, now }: { at: number | undefined; now: number }) {
  if (at === undefined) return <span class="quiet">–</span>;
  const iso = new Date(at).toISOString();
  const span = at <= now ? `${spanOf(now - at)} ago` : `in ${spanOf(at - now)}`;
  return (
    <time datetime={iso} title={iso}>
      {iso.slice(0, 10) === new Date(now).toISOString().slice(0, 10) ? '' : `${iso.slice(0, 10)} `}
      {iso.slice(11, 19)} <span class="quiet">{span}</span>
    </time>
  );
}

const SIGNS: Readonly<Record<string, string>> = {
  good: '✓',
  waiting: '…',
  bad: '✗',
  quiet: '–',
};
const KINDS: Readonly<Record<string, keyof typeof SIGNS>> = {
  working: 'good',
  delivered: 'good',
  covered: 'good',
  sent: 'good',
  active: 'good',
  send: 'good',
  ok: 'good',
  enabled: 'good',
  solved: 'good',
  rate_limited: 'waiting',
  backing_off: 'waiting',
  paused: 'waiting',
  storm: 'waiting',
  pending: 'waiting',
  leased: 'waiting',
  held: 'waiting',
  planned: 'waiting',
  degraded: 'waiting',
  retry: 'waiting',
  parked: 'bad',
  dead: 'bad',
  stopped: 'bad',
  trouble: 'bad',
  not_running: 'bad',
  reject: 'bad',
  park: 'bad',
};

/** A state, with a sign: its colour is never all that tells it. */
export function State({ of }: { of: string }) {
  const kind = KINDS[of] ?? 'quiet';
  return (
    <span class={`state ${kind}`}>
      <span aria-hidden="true">{SIGNS[kind]}</span> {shown(of.replaceAll('_', ' '))}
    </span>
  );
}

/** A table that scrolls by itself where the window is narrow. */
export function Table({
  label,
  head,
  children,
}: {
  label: string;
  head: readonly string[];
  children?: Html;
}) {
  return (
    <div class="table" role="region" aria-label={label} tabindex={0}>
      <table>
        <caption class="away">{label}</caption>
        <thead>
          <tr>
            {head.map((title) => (
              <th scope="col">{title === '' ? <span class="away">Select</span> : title}</th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

/** The one-time id that every form carries. */
export function FormId({ id }: { id: string }) {
  return <input type="hidden" name="form" value={id} />;
}

/** An address with a query, without what is empty. */
export function address(path: string, query: Readonly<Record<string, string | undefined>>): string {
  const parts = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  const search = new URLSearchParams(parts as [string, string][]).toString();
  return search === '' ? path : `${path}?${search}`;
}
