import type { LogEntry } from './log-entry.ts';
import { SCRIPT_MESSAGES } from './script-log-catalogue.ts';

/**
 * Every constant message of the log, so that none can be written that an operator cannot look up:
 * `Log` takes no others. docs/operating.md is generated from it. What varies is in the fields.
 */
export const LOG_CATALOGUE = {
  // Start, stop, configuration.
  ready: { level: 'info', meaning: 'The daemon is reading alerts.' },
  stopping: { level: 'info', meaning: 'A signal asked the daemon to stop.' },
  stopped: { level: 'info', meaning: 'Everything is stored and closed.' },
  'Remote integrations not configured. Clean exit.': {
    level: 'info',
    meaning: 'No `<integration>` is configured, so the daemon exits.',
  },
  'configuration is invalid; not started': {
    level: 'error',
    meaning: 'The configuration cannot be used. The lines before this one say where.',
    action: 'Run `integratord check`, fix the file, start again. Alerts wait in the alert file.',
  },
  'configuration reloaded': { level: 'info', meaning: 'The new configuration is active.' },
  'configuration is invalid; the previous one stays active': {
    level: 'error',
    meaning: 'A reload was refused. Deliveries continue with the old configuration.',
    action: 'Run `integratord check`, fix the file, reload.',
  },
  'configuration cannot be applied; the previous one stays active': {
    level: 'error',
    meaning:
      'A reload failed because the outbox cannot be written, often because the disk is full. ' +
      'Deliveries continue with the old configuration.',
    action: 'Free disk space; check the state directory. It is tried again by itself.',
  },
  'integration enabled': {
    level: 'info',
    meaning: 'An integration is active, at start or after a change.',
  },
  'system clock was changed; retry times are adjusted': {
    level: 'warn',
    meaning: 'The wall clock jumped by 5 seconds or more. Nothing is lost.',
    action: 'If it happens again, check the time service (NTP) of the machine.',
  },

  // Deliveries.
  'attempt failed': {
    level: 'warn',
    meaning: 'One attempt failed; it will be retried. `cause` says why.',
    action: 'Nothing, unless it continues: then check the service and the network.',
  },
  'delivery is dead': {
    level: 'error',
    meaning: 'One alert was given up for this integration. It is kept and can be retried.',
    action: '`integratord queue show ID` for the cause, then `queue retry ID`.',
  },
  'integration is parked; its alerts wait until it is fixed': {
    level: 'error',
    meaning:
      'No alert can be delivered there: a bad key, a removed webhook, a script that cannot run. ' +
      'Its alerts are kept.',
    action: 'Fix the cause, then reload, or `integratord queue retry --integration ID`.',
  },
  'integration cannot run; its alerts wait until it is fixed': {
    level: 'error',
    meaning:
      'Something is missing without which nothing can be delivered there: an address, a key, a ' +
      'script. What its filters match is stored and waits for `retry.give_up_hours`.',
    action: 'Fix the cause, then reload.',
  },
  'integration can run again; its alerts are delivered now': {
    level: 'info',
    meaning:
      'A reload, or a script that appeared, ended the parking. `waiting` alerts are delivered, ' +
      'the first of them read at `oldest`.',
    action:
      'Nothing, unless old alerts are of no use: `queue drop --state pending --older-than` removes them.',
  },
  'alerts waited too long for their integration to be fixed and are dead': {
    level: 'error',
    meaning:
      'An integration could not run for `retry.give_up_hours`; `count` alerts were given up.',
    action: 'Fix it and reload. Then `integratord queue retry --state dead --integration ID`.',
  },
  'deliveries were dropped by an operator': {
    level: 'warn',
    meaning: '`integratord queue drop` removed `count` deliveries in this state; `who` did it.',
    action: 'Nothing, if that was meant: they are gone.',
  },
  'resumed by an operator': { level: 'info', meaning: 'An operator ended the parking.' },
  'service accepts deliveries again': {
    level: 'info',
    meaning: 'A trial delivery of a parked integration succeeded; the parking is over.',
  },
  'service keeps failing; deliveries slow down': {
    level: 'warn',
    meaning: 'Five failures in a row. Only one delivery at a time is tried, less and less often.',
    action: 'Check the service and the network. Its alerts are kept.',
  },
  'service works again': { level: 'info', meaning: 'What waited is delivered now.' },
  'alerts waited too long for their turn and are dead': {
    level: 'error',
    meaning:
      'A quota is too small for the number of alerts: `count` of them were given up untried.',
    action: 'Send fewer alerts (level, group), or get a larger quota. Then `queue retry`.',
  },
  'alert deliberately not sent': {
    level: 'info',
    meaning: 'The destination skips this alert on purpose. Logged at most once per minute.',
  },

  // Outbox.
  'an integration has used up its share of the outbox; its alerts wait in the alert file': {
    level: 'warn',
    meaning:
      'So much waits for it that no more of it is stored for now. It catches up from the alert file ' +
      'and its archives when it has room. The other integrations go on.',
    action:
      'Fix the integration, or drop its deliveries (`integratord queue stats`), before the alert ' +
      'archives are deleted.',
  },
  'an integration has room again and catches up': {
    level: 'info',
    meaning: 'It reads what it did not store from the alert file and its archives.',
  },
  'an integration has caught up': { level: 'info', meaning: 'It gets what is read again.' },
  'alerts that an integration had no room for are lost': {
    level: 'error',
    meaning: 'ALERTS LOST: what it should have caught up on is no longer in the archives.',
    action: 'Raise `outbox.max_megabytes`, keep archives longer, fix integrations sooner.',
  },
  'dead letters were removed: they took up more than their part of the outbox': {
    level: 'error',
    meaning: 'The oldest dead letters of the integration that has most of them are gone.',
    action: 'Find out why so many die (`queue list --state dead`), or raise `outbox.dead_percent`.',
  },
  'alerts of an integration were given up: it used more than its share of the outbox': {
    level: 'error',
    meaning:
      'They cannot be read again. The lowest and oldest of them are dead letters now, `count` of them.',
    action: 'Fix the integration. Then `queue retry`.',
  },
  'alerts cannot be stored; reading pauses and retries every second': {
    level: 'error',
    meaning: 'The outbox cannot be written, often because the disk is full. Nothing is lost yet.',
    action: 'Free disk space; check the state directory and its owner. It continues by itself.',
  },
  'alerts can be stored again; reading continues': {
    level: 'info',
    meaning: 'The outbox can be written again.',
  },
  'results cannot be stored; retrying every second': {
    level: 'error',
    meaning:
      'Alerts were delivered, but that cannot be written down. A crash now would send them twice.',
    action: 'Free disk space; check the state directory. Do not kill the daemon.',
  },
  'results can be stored again': { level: 'info', meaning: 'No result was lost.' },
  'outbox cannot be used': {
    level: 'error',
    meaning: 'A lane could not read or write the outbox; `step` names what failed. It will retry.',
    action: 'Check disk space and the state directory.',
  },
  'outbox poll failed': {
    level: 'error',
    meaning: 'The outbox could not be synced or checked for changes made by `integratord queue`.',
    action: 'Check disk space and the state directory.',
  },
  'outbox cleanup failed': {
    level: 'error',
    meaning: 'Old deliveries could not be removed. The outbox grows meanwhile.',
    action: 'Check disk space and the state directory.',
  },

  // Reading.
  'reading alerts': { level: 'info', meaning: 'A file was opened, at this offset.' },
  'reading archives first': {
    level: 'info',
    meaning: 'Alerts were written while the daemon was down; their archives are read first.',
  },
  'line is not an alert; skipped and kept': {
    level: 'warn',
    meaning: 'A line could not be read as an alert. The beginning of it is kept in the outbox.',
    action: 'Find what writes such lines to the alert file. Logged at most once per minute.',
  },
  'a line is longer than the limit and was skipped': {
    level: 'warn',
    meaning: 'ALERT LOST: a line of more than 16 MiB was not delivered.',
    action: 'Look at the line at this offset; find what makes such alerts.',
  },
  'the last line of a finished file has no newline': {
    level: 'info',
    meaning: 'The line was read nevertheless.',
  },
  'the alert file does not exist; waiting for it': {
    level: 'warn',
    meaning: 'Nothing is read. Repeated every ten minutes.',
    action: 'Is the manager running, and does it write JSON alerts (`<jsonout_output>`)?',
  },
  'the alert file exists': { level: 'info', meaning: 'Reading continues.' },
  'the alert file cannot be checked; retrying': {
    level: 'warn',
    meaning: 'The path cannot be accessed; `code` says why. Nothing is read.',
    action: 'Check the permissions of the directories on the path, and the mount.',
  },
  'the alert file can be checked again': { level: 'info', meaning: 'Reading continues.' },
  'the alert path is not a regular file; waiting for one': {
    level: 'warn',
    meaning: 'A directory, pipe or device is at the path. Nothing is read.',
    action: 'Correct `--alerts`, or remove what is there.',
  },
  'the alert path is a regular file': { level: 'info', meaning: 'Reading continues.' },
  'the alert file cannot be opened; retrying': {
    level: 'warn',
    meaning: 'The file is there and cannot be opened; `code` says why. Nothing is read.',
    action: "Check that the daemon's user may read it.",
  },
  'the alert file can be opened again': { level: 'info', meaning: 'Reading continues.' },
  'the alert file cannot be read; retrying': {
    level: 'warn',
    meaning: 'Reading fails; `code` says why. After five minutes a finished file is given up.',
    action: 'Check the disk or the network file system now.',
  },
  'the alert file can be read again': { level: 'info', meaning: 'Reading continues.' },
  'the alert file grows, but no line of it ends': {
    level: 'warn',
    meaning: 'Data arrives without newlines, so that no alert is complete.',
    action: 'Check that only the manager writes to the file.',
  },
  'lines of the alert file end again': { level: 'info', meaning: 'Reading continues.' },
  'archives with unread alerts cannot be read; retrying': {
    level: 'warn',
    meaning: 'Alerts of an earlier time wait in archives that cannot be listed, opened or read.',
    action: 'Check the permissions of the archives. They are given up after five minutes.',
  },
  'archives can be read again': { level: 'info', meaning: 'Reading continues.' },
  'archives with unread alerts are skipped: beyond the look-back limit': {
    level: 'warn',
    meaning: 'ALERTS LOST: the daemon was down for longer than the look-back limits allow.',
    action: 'Raise `reading.look_back_days` and its neighbours before the next long downtime.',
  },
  'an archive with unread alerts is lost: removed, or unreadable for too long': {
    level: 'error',
    meaning: 'ALERTS LOST: the archive could not be read to its end.',
    action: 'Look for a backup of the file at `path`. Check what deletes archives so early.',
  },
  'a compressed archive is damaged; everything after the damage is lost': {
    level: 'error',
    meaning: 'ALERTS LOST: the rest of the archive cannot be decompressed.',
    action: 'Look for a backup of the file at `path`, and check the disk.',
  },
  'the file being read was removed; lines after the last one read may be lost': {
    level: 'warn',
    meaning: 'ALERTS MAY BE LOST: the file is gone, and no archive holds its rest.',
    action: 'Find what removes or moves the alert file. `unread` is how many bytes, if known.',
  },
  'the rest of a file is skipped: unreadable for too long': {
    level: 'error',
    meaning: 'ALERTS LOST: `bytes` could not be read for five minutes while newer files waited.',
    action: 'Check the disk. The alerts may still be in the file at `path`.',
  },
  'the alert file was truncated or rewritten; what was written since the last look may be lost': {
    level: 'warn',
    meaning:
      'ALERTS MAY BE LOST: the file was cut where it is, once or more often since `last_look`. `unread` ' +
      'bytes were seen and not read. Copies that are found are read; nothing tells of others.',
    action: 'Find what cuts it. Rotation must rename the file, not copy and truncate it.',
  },
  'the alert file contains only part of what was already read': {
    level: 'warn',
    meaning: 'The file is shorter than before. Reading continues where the contents still agree.',
    action: 'Find what rewrote it, such as a restored backup.',
  },
  'the stored checkpoint is invalid; reading the file from its beginning': {
    level: 'error',
    meaning:
      'It is unknown where reading stopped. Alerts of today may be sent again; alerts in archives ' +
      'that were not read yet ARE LOST.',
    action: 'Check whether the outbox was edited or damaged, or written by another version.',
  },
  'no change notifications for the alert file; polling it four times a second': {
    level: 'info',
    meaning:
      'The file system has none, or the limit of inotify is reached. Alerts come a little later.',
  },

  ...SCRIPT_MESSAGES,
} as const satisfies Record<string, LogEntry>;

/** The messages of a level. */
export type LogMessage<Level extends LogEntry['level']> = {
  [Message in keyof typeof LOG_CATALOGUE]: (typeof LOG_CATALOGUE)[Message]['level'] extends Level
    ? Message
    : never;
}[keyof typeof LOG_CATALOGUE];
