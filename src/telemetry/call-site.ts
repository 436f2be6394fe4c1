import { basename } from 'node:path';

/** A place in our code, as the manager's debug lines name it. */
export interface CallSite {
  readonly file: string;
  readonly line: number;
  readonly routine: string;
}

/** Deep enough to reach through the logging library to who called it. */
const DEPTH = 40;
/** `at routine (file:///dir/file.js:12:3)`, `at async routine (…)`, `at file:///…` */
const FRAME = /^\s*at (?:async )?(?:(.+) \()?(.+):(\d+):\d+\)?$/;
const LOGGING = new Set(['call-site', 'manager-log', 'log']);

/** Who is logging: the nearest caller that is not part of logging itself. Costly; for debug mode. */
export function callSite(): CallSite {
  const holder: { stack?: string } = {};
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = DEPTH;
  Error.captureStackTrace(holder);
  Error.stackTraceLimit = stackTraceLimit;
  for (const text of (holder.stack ?? '').split('\n').slice(1)) {
    const [, routine, path, line] = FRAME.exec(text) ?? [];
    if (path === undefined || /node:|node_modules/.test(path)) continue;
    const file = basename(path);
    if (LOGGING.has(file.replace(/\.[jt]s$/, ''))) continue;
    return { file, line: Number(line), routine: plainName(routine) };
  }
  return { file: 'integratord', line: 0, routine: 'main' };
}

/** `new Lane.#next [as x]` as a C programmer's tool would expect it: one word. */
function plainName(routine: string | undefined): string {
  const name = routine?.replace(/^new | \[as .*\]$|<anonymous>\.?|#/g, '') ?? '';
  return /^[\w.$]+$/.test(name) ? name.split('.').slice(-2).join('.') : 'main';
}
