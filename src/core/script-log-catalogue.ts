import type { LogEntry } from './log-entry.ts';

/** The part of the catalogue about scripts. */
export const SCRIPT_MESSAGES = {
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
} as const satisfies Record<string, LogEntry>;
