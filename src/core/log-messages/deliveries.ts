import type { LogEntry } from './entry.ts';

/** About deliveries and the integrations they go to. */
export const DELIVERY_MESSAGES = {
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
  'nobody else is named in `notices` who could be told': {
    level: 'error',
    meaning:
      'Something is wrong with the only integration that `notices` names; `sentence` says what. It cannot be ' +
      'told of that itself.',
    action: 'Fix it, and name another integration in `notices` as well.',
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
      'Nothing, unless old alerts are of no use: `queue drop --in pending --older-than` removes them.',
  },
  'alerts waited too long for their integration to be fixed and are dead': {
    level: 'error',
    meaning:
      'An integration could not run for `retry.give_up_hours`; `count` alerts were given up.',
    action: 'Fix it and reload. Then `integratord queue retry --in dead --integration ID`.',
  },
  'deliveries were dropped by an operator': {
    level: 'warn',
    meaning: '`integratord queue drop` removed `count` deliveries in this state; `who` did it.',
    action: 'Nothing, if that was meant: they are gone.',
  },
  'an operator has stopped an integration; its alerts wait': {
    level: 'warn',
    meaning: '`integratord pause` stopped it; `who` did it. Its alerts are stored, and wait.',
    action: '`integratord resume ID`, when it may go on.',
  },
  'an operator has let an integration go on': {
    level: 'info',
    meaning: '`integratord resume` ended the pause. What waited is delivered now.',
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
  'a test alert did not arrive': {
    level: 'error',
    meaning:
      'The test alert of this integration (`canary`), first `sent` then, was given up, or is not ' +
      'delivered after two hours; the `last` one arrived then.',
    action: '`queue list --integration` shows it, and `queue show` why it did not arrive.',
  },
  'test alerts arrive again': {
    level: 'info',
    meaning: 'A test alert of this integration was delivered.',
  },
  'a silence begins': {
    level: 'info',
    meaning:
      'Alerts that fit it are held back `until` its end. Someone added it (`integratord silence list`), ' +
      'or it is in the settings file.',
  },
  'a silence is over': {
    level: 'info',
    meaning: 'It has held back so many (`held`). What becomes of them is as its author said.',
  },
  'a silence is wrong and holds nothing back': {
    level: 'error',
    meaning: 'Its condition cannot be used; `cause` says why. Its alerts are sent.',
    action: 'End it (`integratord silence end`), and add it again.',
  },
} as const satisfies Record<string, LogEntry>;
