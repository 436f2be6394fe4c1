import type { LogEntry } from './entry.ts';

/** About reading alerts. */
export const READING_MESSAGES = {
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
} as const satisfies Record<string, LogEntry>;
