import type { StateCount } from '../../core/outbox.ts';
import type { ReloadOutcome } from '../../core/reload.ts';
import type { AuditRecord, ReplayRecord, RestoreRecord } from '../../outbox/audit.ts';
import { isoTime } from '../output.ts';

/** How many deliveries an act was about; undefined where it was about none. */
export function auditCount({ kind, detail }: AuditRecord): number | undefined {
  if (kind === 'drop') {
    return (detail as readonly StateCount[]).reduce((sum, { count }) => sum + count, 0);
  }
  if (kind === 'restore') return (detail as RestoreRecord).repeats;
  return kind === 'retry' || kind === 'replay' || kind === 'export'
    ? (detail as { count: number }).count
    : undefined;
}

/** What else is known of an act, in words. */
export function auditDetail({ kind, detail }: AuditRecord): string {
  switch (kind) {
    case 'drop':
      return (detail as readonly StateCount[])
        .map(({ integration, state, count }) => `${integration}: ${count} ${state}`)
        .join(', ');
    case 'retry':
    case 'export':
      return selectionText((detail as { selection: Readonly<Record<string, unknown>> }).selection);
    case 'replay': {
      const { integration, since, until, newKeys } = detail as ReplayRecord;
      const keys = newKeys ? ', with new keys' : '';
      return `${integration}: ${isoTime(since)} to ${isoTime(until)}${keys}`;
    }
    case 'silence add':
    case 'silence end': {
      const { key, why } = detail as { key: string; why: string };
      return `${key}: ${why}`;
    }
    case 'silence extend': {
      const { key, why, until } = detail as { key: string; why: string; until: number };
      return `${key} until ${isoTime(until)}: ${why}`;
    }
    case 'test': {
      const { integration, delivery } = detail as { integration: string; delivery: number };
      return `${integration}: delivery ${delivery}`;
    }
    case 'pause':
    case 'resume':
      return (detail as { integration: string }).integration;
    case 'reload': {
      const { accepted, waits } = detail as ReloadOutcome;
      return accepted ? 'accepted' : waits ? 'waits for the outbox' : 'refused';
    }
    case 'restore': {
      const { madeAt, format, newerFormat, alerts } = detail as RestoreRecord;
      return (
        `the outbox as it was before the upgrade of ${isoTime(madeAt)} (format ${format}, after ` +
        `${newerFormat}); ${alerts} alerts since then are read again`
      );
    }
    default:
      return JSON.stringify(detail);
  }
}

function selectionText(selection: Readonly<Record<string, unknown>>): string {
  const parts = Object.entries(selection).map(([name, value]) => {
    return `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`;
  });
  return parts.length === 0 ? 'all' : parts.join(', ');
}
