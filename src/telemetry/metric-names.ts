/** Put before every name below. */
export const METRIC_PREFIX = 'integratord_';

interface Definition {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds of a histogram. */
  readonly buckets?: readonly number[];
}

/**
 * Every metric of the program. Names end in their unit, counters in `_total`. Label values come from
 * the configuration or from closed sets, so that the number of series is bounded: never from alerts.
 */
export const METRICS = {
  build_info: {
    type: 'gauge',
    help: 'Always 1. The labels name the version of integratord and of Node.',
    labels: ['version', 'node'],
  },

  alerts_read_total: {
    type: 'counter',
    help: 'Records read and stored or skipped, whether or not an integration wants them.',
    labels: ['source'],
  },
  alerts_read_bytes_total: {
    type: 'counter',
    help: 'Bytes of the records read.',
    labels: ['source'],
  },
  alerts_unreadable_total: {
    type: 'counter',
    help: 'Records that are not alerts, by what is wrong with them.',
    labels: ['why'],
  },
  alerts_matched_total: {
    type: 'counter',
    help: 'Alerts that passed filters and conditions of an integration, including those it skips.',
    labels: ['integration'],
  },
  verdicts_total: {
    type: 'counter',
    help: 'What was decided about alerts that passed the filters of an integration. Those that cannot pass only or when by their level, rule or groups are not read in full, and not counted.',
    labels: ['integration', 'verdict'],
  },

  read_lag_bytes: {
    type: 'gauge',
    help: 'Bytes waiting to be read. Compressed archives count with their compressed size.',
    labels: ['source'],
  },
  read_lag_seconds: {
    type: 'gauge',
    help: 'Seconds since something was last read, while bytes wait to be read; otherwise 0.',
    labels: ['source'],
  },
  last_alert_timestamp_seconds: {
    type: 'gauge',
    help: 'When the alert file last grew, in seconds since 1970. 0 before that.',
    labels: ['source'],
  },
  last_read_timestamp_seconds: {
    type: 'gauge',
    help: 'When something was last read, in seconds since 1970. 0 before that.',
    labels: ['source'],
  },
  source_quiet: {
    type: 'gauge',
    help: '1 while a source is quieter than it ever was at this hour of the week, otherwise 0.',
    labels: ['source'],
  },
  reading_blocked: {
    type: 'gauge',
    help: '1 while reading cannot continue for this reason, otherwise 0.',
    labels: ['why'],
  },
  source_rotations_total: {
    type: 'counter',
    help: 'How often reading moved on to a newer file.',
    labels: ['source'],
  },
  source_rewrites_total: {
    type: 'counter',
    help: 'How often the alert file was truncated or rewritten in place.',
    labels: ['source'],
  },
  source_archives_total: {
    type: 'counter',
    help: 'Archives opened because they held unread alerts.',
    labels: ['source'],
  },
  source_damaged_archives_total: {
    type: 'counter',
    help: 'Compressed archives of which only a part could be read. The rest is lost.',
    labels: ['source'],
  },
  source_skipped_archives_total: {
    type: 'counter',
    help: 'Archives not read because they are beyond the look-back limit.',
    labels: ['source'],
  },
  source_skipped_bytes_total: {
    type: 'counter',
    help: 'Bytes on disk of the archives beyond the look-back limit.',
    labels: ['source'],
  },
  source_lost_files_total: {
    type: 'counter',
    help: 'Files that were gone or unreadable before they were read to their end.',
    labels: ['source'],
  },
  source_lost_bytes_total: {
    type: 'counter',
    help: 'Bytes known to be lost with such files.',
    labels: ['source'],
  },
  source_unterminated_lines_total: {
    type: 'counter',
    help: 'Last lines of finished files that were read without their newline.',
    labels: ['source'],
  },
  source_overlong_lines_total: {
    type: 'counter',
    help: 'Lines skipped because they exceed the size limit.',
    labels: ['source'],
  },
  source_overlong_bytes_total: {
    type: 'counter',
    help: 'Bytes of the lines skipped for their size.',
    labels: ['source'],
  },
  source_longest_overlong_bytes: {
    type: 'gauge',
    help: 'The longest line skipped for its size, in bytes.',
    labels: ['source'],
  },

  deliveries: {
    type: 'gauge',
    help: 'Deliveries that have not been delivered, by state.',
    labels: ['integration', 'state'],
  },
  oldest_pending_seconds: {
    type: 'gauge',
    help: 'Seconds since the oldest waiting alert was read; 0 when none waits.',
    labels: ['integration'],
  },
  behind_seconds: {
    type: 'gauge',
    help: 'Seconds since the integration used up its share of the outbox; 0 when it stores what is read.',
    labels: ['integration'],
  },
  deliveries_settled_total: {
    type: 'counter',
    help: 'Deliveries that ended: delivered, covered by a message about several, dead, dropped by an operator, or silenced.',
    labels: ['integration', 'outcome'],
  },
  attempts_total: {
    type: 'counter',
    help: 'Attempts that ended, by outcome; the reason is empty when delivered.',
    labels: ['integration', 'outcome', 'reason'],
  },
  attempt_duration_seconds: {
    type: 'histogram',
    help: 'How long attempts took.',
    labels: ['integration'],
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  },
  delivery_delay_seconds: {
    type: 'histogram',
    help: "From the alert's timestamp until the service accepted it. Alerts without one are left out.",
    labels: ['integration'],
    buckets: [0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 14_400, 86_400],
  },
  lane_state: {
    type: 'gauge',
    help: '1 for the state that the integration is in, 0 for the others.',
    labels: ['integration', 'state'],
  },
  canary_last_success_timestamp_seconds: {
    type: 'gauge',
    help: 'When a test alert was last delivered, in seconds since 1970. 0 before that; there only for integrations that get them.',
    labels: ['integration'],
  },
  rate_limit_wait_seconds_total: {
    type: 'counter',
    help: 'Seconds for which the rate limit was used up, and no delivery could go.',
    labels: ['integration'],
  },
  retry_after_seconds_total: {
    type: 'counter',
    help: 'Seconds that the service asked to wait for when it had too much (HTTP 429).',
    labels: ['integration'],
  },
  bundles_sent_total: {
    type: 'counter',
    help: 'Messages about several alerts that the service accepted, by why they were sent together.',
    labels: ['integration', 'kind'],
  },
  bundle_alerts: {
    type: 'histogram',
    help: 'How many alerts such a message was about.',
    labels: ['integration', 'kind'],
    buckets: [1, 2, 5, 10, 50, 100, 500],
  },
  quota_remaining: {
    type: 'gauge',
    help: 'Look-ups that may still be made in this window; 0 while the service refuses them. Integrations with the same key share them.',
    labels: ['integration', 'window'],
  },
  enrichment_cache_total: {
    type: 'counter',
    help: 'Look-ups by what the cache knew: hit; negative, that the service knows nothing; miss, so that it was asked.',
    labels: ['integration', 'result'],
  },
  scripts_running: {
    type: 'gauge',
    help: 'Scripts that run, or wait for room for their files.',
    labels: [],
  },
  script_duration_seconds: {
    type: 'histogram',
    help: 'How long scripts ran, with the time that they waited for room for their files.',
    labels: ['integration'],
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  },
  silences: {
    type: 'gauge',
    help: 'Silences that hold alerts back now, and those that were added for later.',
    labels: ['state'],
  },

  outbox_bytes: {
    type: 'gauge',
    help: 'Bytes in use in the outbox.',
    labels: [],
  },
  outbox_limit_bytes: {
    type: 'gauge',
    help: 'Bytes that the outbox may use.',
    labels: [],
  },
  outbox_wal_bytes: {
    type: 'gauge',
    help: "Size of the outbox's write-ahead log.",
    labels: [],
  },
  outbox_commit_duration_seconds: {
    type: 'histogram',
    help: 'How long transactions took that store alerts or the results of attempts.',
    labels: [],
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1],
  },

  config_last_reload_successful: {
    type: 'gauge',
    help: '1 when the configuration was last loaded without a fatal error, otherwise 0.',
    labels: [],
  },
  config_last_reload_timestamp_seconds: {
    type: 'gauge',
    help: 'When a configuration last came into force, in seconds since 1970.',
    labels: [],
  },
  config_warnings: {
    type: 'gauge',
    help: 'Errors and warnings found when the configuration was last loaded.',
    labels: [],
  },
} as const satisfies Record<string, Definition>;

export type MetricName = keyof typeof METRICS;
type NamesOf<Type> = {
  [Name in MetricName]: (typeof METRICS)[Name]['type'] extends Type ? Name : never;
}[MetricName];
export type CounterName = NamesOf<'counter'>;
export type GaugeName = NamesOf<'gauge'>;
export type HistogramName = NamesOf<'histogram'>;
/** The labels of a metric, each with its value. */
export type LabelsOf<Name extends MetricName> = Readonly<
  Record<(typeof METRICS)[Name]['labels'][number], string>
>;
