import type { LogEntry } from './entry.ts';

/** About scripts, host names, and the processes that run and resolve them. */
export const HELPER_MESSAGES = {
  'runs failed and are not repeated; their alerts are dead letters': {
    level: 'warn',
    meaning:
      'A script without `<retries>` ended with an error; enrichment scripts often mean by it that they ' +
      'found nothing. At most once a minute: `count` of them, the last `cause` and the first line of ' +
      'its `output`.',
    action:
      'If it should run again: `<retries>`, `retry`, or exit code 75 ([custom scripts]' +
      '(integrations/custom-scripts.md#how-a-script-reports-its-result)).',
  },
  'script host exited; the next script starts a new one': {
    level: 'warn',
    meaning: 'Something killed the process that starts scripts. Its runs will be retried.',
    action: 'If it happens again, check memory (OOM killer).',
  },
  'script host did not start; integratord runs scripts directly for a minute': {
    level: 'warn',
    meaning: 'Scripts run more slowly. Often Node or integratord was replaced meanwhile.',
    action: 'Restart integratord.',
  },
  'DNS does not answer for an integration': {
    level: 'warn',
    meaning:
      'The host name of its service cannot be resolved. With `usesLastAddress` its alerts go to the ' +
      'last known address, for up to a day; without, they wait. Logged at most every ten minutes.',
    action: 'Check the name servers in `/etc/resolv.conf` and the way to them.',
  },
  'DNS answers again for an integration': {
    level: 'info',
    meaning: 'Its host name can be resolved again, after so many `seconds`.',
  },
  'name host exited; the next look-up starts a new one': {
    level: 'warn',
    meaning: 'Something killed the process that resolves host names. Nothing is lost.',
    action: 'If it happens again, check memory (OOM killer).',
  },
  'name host did not start; integratord resolves names by itself for a minute': {
    level: 'warn',
    meaning:
      'A host name that cannot be resolved may delay other integrations meanwhile. Often Node or ' +
      'integratord was replaced, or there are too many processes.',
    action: 'Restart integratord; check the limit of processes and threads.',
  },
} as const satisfies Record<string, LogEntry>;
