import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
} from 'node:fs';
import { join } from 'node:path';
import { type OriginalBack, originalBack } from '../../dropin/install/back.ts';
import { findProgram, type ManagerProgram } from '../../dropin/install/programs.ts';

/** How the manager's own Integrator does. */
export interface Original {
  /** `none`: this manager has none; `replaced`: integratord stands in its place; `unknown`: this user may not look. */
  readonly state: 'none' | 'running' | 'stopped' | 'replaced' | 'unknown';
  readonly name: string | undefined;
  readonly path: string | undefined;
  readonly pid: number | undefined;
  /** Set where integratord had its place before, as it is after an upgrade of the manager. */
  readonly back: OriginalBack | undefined;
  /** Integrations that it said it has enabled, and could not enable, when it last started. */
  readonly enabled: readonly string[];
  readonly notEnabled: readonly string[];
  /** Errors that it has logged in what was read of the log, and the last of them. */
  readonly errors: number;
  readonly lastError: string | undefined;
}

/** How much of the end of the manager's log is read. */
const LOG_BYTES = 4 * 2 ** 20;

/** Looks at the manager's own Integrator: its program, its process, and what it last logged. */
export function lookAtOriginal(home: string, seen: SeenProgram): Original {
  const program = seen === 'unseen' ? undefined : seen;
  const name = program?.name ?? 'wazuh-integratord';
  const lines = endOf(join(home, 'logs', 'ossec.log'))
    .split('\n')
    .filter((line) => line.includes(` ${name}: `) || line.includes(` ${name}[`));
  const last = lines.slice(lines.findLastIndex((line) => line.includes('Started (pid')) + 1);
  const quoted = (text: string) =>
    last.flatMap((line) => (line.includes(text) ? (/'([^']*)'/.exec(line)?.slice(1) ?? []) : []));
  const errors = lines.filter((line) => /: (?:ERROR|CRITICAL): /.test(line));
  const pid = runningPid(home, name);
  return {
    state: seen === 'unseen' ? 'unknown' : stateOf(program, pid),
    name: program?.name,
    path: program?.path,
    pid,
    back: originalBack(program),
    enabled: [...new Set(quoted('Enabling integration for'))],
    notEnabled: [...new Set(quoted('Unable to enable integration for'))],
    errors: errors.length,
    lastError: errors.at(-1),
  };
}

function stateOf(program: ManagerProgram | undefined, pid: number | undefined): Original['state'] {
  if (program === undefined) return 'none';
  if (program.state !== 'original') return 'replaced';
  return pid === undefined ? 'stopped' : 'running';
}

/** The manager's Integrator; undefined where there is none, `unseen` where this user may not look. */
export type SeenProgram = ManagerProgram | 'unseen' | undefined;

/** Looks for the manager's Integrator. Only root may look into `bin` of some managers. */
export function programOf(home: string): SeenProgram {
  try {
    return findProgram(home);
  } catch {
    return 'unseen';
  }
}

/** The process that a PID file of the manager names, where it runs. */
function runningPid(home: string, name: string): number | undefined {
  try {
    const files = readdirSync(join(home, 'var', 'run'));
    const pids = files.flatMap((file) =>
      file.startsWith(`${name}-`) && file.endsWith('.pid')
        ? [Number(file.slice(name.length + 1, -'.pid'.length))]
        : [],
    );
    return pids.find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(name));
  } catch {
    return undefined;
  }
}

function endOf(path: string): string {
  try {
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const { size } = fstatSync(descriptor);
      const bytes = Buffer.alloc(Math.min(size, LOG_BYTES));
      const read = readSync(descriptor, bytes, 0, bytes.length, size - bytes.length);
      return bytes.toString('utf8', 0, read);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return '';
  }
}
