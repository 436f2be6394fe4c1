import type { LogEntry } from './entry.ts';

/** About the web page that the daemon serves. */
export const CONSOLE_MESSAGES = {
  'console listens': {
    level: 'info',
    meaning: 'The console can be reached at `place`. `write` says whether people may act there.',
  },
  'console cannot be used': {
    level: 'error',
    meaning: 'The daemon cannot serve the console, for the reason in `cause`. All else works.',
    action: 'Fix `console` in `integratord.yaml`, or the directory of its socket, and reload.',
  },
  'console login': {
    level: 'info',
    meaning: 'Someone (`who`, with their `role`) logged in to the console.',
  },
  'console login failed': {
    level: 'warn',
    meaning: 'Someone gave a wrong name or password for the console. Many are slowed down.',
    action: 'If that was nobody you know, look who can log in to this machine.',
  },
  'nobody can log in to the console': {
    level: 'error',
    meaning: 'The file of the users of the console cannot be used, for the reason in `cause`.',
    action: 'Repair the file. It is read again at the next attempt.',
  },
  'acted in the console': {
    level: 'info',
    meaning:
      'Someone (`who`) did something in the console: `action`, and what came of it: `result`.',
  },
} as const satisfies Record<string, LogEntry>;
