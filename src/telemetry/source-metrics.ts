import type { CounterName } from './metric-names.ts';
import type { Metrics } from './metrics.ts';

/** Totals of a file source since it was opened. Sizes are in bytes. */
const TOTALS = {
  bytes: 'alerts_read_bytes_total',
  rotations: 'source_rotations_total',
  rewrites: 'source_rewrites_total',
  archives: 'source_archives_total',
  damagedArchives: 'source_damaged_archives_total',
  skippedFiles: 'source_skipped_archives_total',
  skippedBytes: 'source_skipped_bytes_total',
  lostFiles: 'source_lost_files_total',
  lostBytes: 'source_lost_bytes_total',
  unterminatedLines: 'source_unterminated_lines_total',
  overlongLines: 'source_overlong_lines_total',
  overlongBytes: 'source_overlong_bytes_total',
} as const satisfies Record<string, CounterName>;
type Total = keyof typeof TOTALS;

/** The conditions in which a source cannot be read. `archives` and `no_newline` hold up a part. */
const CONDITIONS = [
  'missing',
  'unreachable',
  'not_a_file',
  'unopenable',
  'unreadable',
  'no_newline',
  'archives',
] as const;

/** How a source is doing, as far as it is measured. Times are milliseconds since 1970. */
export interface MeasuredStatus {
  readonly lagBytes: number;
  readonly lastLinesAt: number | undefined;
  readonly lastGrowthAt: number | undefined;
  readonly health: readonly { readonly kind: (typeof CONDITIONS)[number] }[];
  readonly counts: Readonly<Record<Total | 'longestOverlong', number>>;
}

/** A source, as far as it is measured. */
export interface MeasuredSource {
  status(): MeasuredStatus;
}

/** Takes over the numbers of a source. Times are milliseconds since 1970. */
export function collectSource(
  metrics: Metrics,
  source: string,
  status: MeasuredStatus,
  { now, startedAt }: { readonly now: number; readonly startedAt: number },
): void {
  const { counts, lagBytes, lastLinesAt, lastGrowthAt, health } = status;
  for (const [count, name] of Object.entries(TOTALS) as [Total, (typeof TOTALS)[Total]][]) {
    metrics.total(name, { source }, counts[count]);
  }
  const labels = { source };
  metrics.set('source_longest_overlong_bytes', labels, counts.longestOverlong);
  metrics.set('read_lag_bytes', labels, lagBytes);
  const idle = Math.max(0, now - (lastLinesAt ?? startedAt)) / 1000;
  metrics.set('read_lag_seconds', labels, lagBytes > 0 ? idle : 0);
  metrics.set('last_read_timestamp_seconds', labels, (lastLinesAt ?? 0) / 1000);
  metrics.set('last_alert_timestamp_seconds', labels, (lastGrowthAt ?? 0) / 1000);
  for (const why of CONDITIONS) {
    metrics.set('reading_blocked', { why }, Number(health.some(({ kind }) => kind === why)));
  }
}
