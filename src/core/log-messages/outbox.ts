import type { LogEntry } from './entry.ts';

/** About the outbox. */
export const OUTBOX_MESSAGES = {
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
    action: 'Find out why so many die (`queue list --in dead`), or raise `outbox.dead_percent`.',
  },
  'alerts of an integration were given up: it used more than its share of the outbox': {
    level: 'error',
    meaning:
      'They cannot be read again. The lowest and oldest of them are dead letters now, `count` of them.',
    action: 'Fix the integration. Then `queue retry`.',
  },
  'outbox cannot be used': {
    level: 'error',
    meaning:
      'Said once for each `trouble`, when it begins, and at most once a minute. Reading pauses, and what cannot be stored is ' +
      'kept and retried. Nothing is lost; but what was delivered and could not be noted would be ' +
      'sent twice after a crash.',
    action:
      '`error` says what is wrong and what to do ([the list](#the-outbox-cannot-be-used)). Do not ' +
      'kill the daemon. It continues by itself.',
  },
  'outbox is upgraded, without a copy from before': {
    level: 'warn',
    meaning:
      'This version has brought the outbox to its own shape. `cause` says why there is no copy of it as it ' +
      'was: going back to the version before is not possible.',
    action:
      'Nothing, unless you want to go back. Before the next upgrade, free as much disk space as `cause` says.',
  },
  'outbox from before the upgrade is restored; alerts since then may be sent again': {
    level: 'warn',
    meaning:
      'This version found the outbox of a newer one, and went back to the copy from before the upgrade, of ' +
      '`made_at`. `repeats` deliveries were delivered since; `alerts` are read again. Nothing is lost. What ' +
      'the newer version had is kept at `newer`.',
    action: '[Upgrading](upgrading.md#going-back) says more.',
  },
  'copy of the outbox from before the upgrade is removed': {
    level: 'info',
    meaning:
      'It was there for going back to the version before, for seven days at most; or the disk needs the room.',
  },
  'outbox is upgraded; a copy from before is kept': {
    level: 'info',
    meaning:
      'This version has brought the outbox to its own shape. `copy` is the outbox as it was, for going back, ' +
      'until the next upgrade, and for seven days at most.',
  },
  'outbox cleanup failed': {
    level: 'error',
    meaning: 'Old deliveries could not be removed. The outbox grows meanwhile.',
    action: 'Report it, with this line: it is an error in integratord.',
  },
  'outbox can be used again': {
    level: 'info',
    meaning: 'A `trouble` is over, after so many `seconds` and `failures`. Nothing was lost.',
  },
  'outbox files were removed or replaced': {
    level: 'error',
    meaning:
      'Someone removed or replaced `files` while the daemon used them. It still has all that was ' +
      'in them, and writes it to their place again.',
    action: 'Find who did it. Do not stop the daemon before it says that they are restored.',
  },
  'outbox files are restored': { level: 'info', meaning: 'Nothing was lost.' },
  'disk is nearly full; delivered alerts are removed before their time': {
    level: 'warn',
    meaning: 'The disk of the state directory has only `freeBytes` left.',
    action: 'Free disk space there. What waits to be delivered is kept.',
  },
  'disk has room again': { level: 'info', meaning: 'Delivered alerts are kept for their time.' },
} as const satisfies Record<string, LogEntry>;
