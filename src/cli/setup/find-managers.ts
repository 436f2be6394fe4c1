import { readdirSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { INIT_FILE, textOf } from './about-manager.ts';

/** A manager's directory, or what could be one. */
export interface FoundHome {
  readonly home: string;
  /** How it was found, completing "found …". */
  readonly how: string;
  /** What it is; `unreadable`: this user may not look into it. */
  readonly state: 'manager' | 'agent' | 'unreadable';
}

/** Where was looked, and what is there. */
export interface Search {
  readonly found: readonly FoundHome[];
  /** Each place that was looked at, in words. */
  readonly looked: readonly string[];
}

/** Where managers are usually installed. */
const USUAL = ['/var/ossec', '/opt/ossec', '/opt/wazuh', '/usr/local/ossec', '/Library/Ossec'];
const UNITS = ['/etc/systemd/system', '/usr/lib/systemd/system', '/lib/systemd/system'].flatMap(
  (directory) =>
    ['wazuh-manager.service', 'ossec-hids.service', 'ossec.service'].map((name) =>
      join(directory, name),
    ),
);
/** What only a manager runs. */
const ANALYSIS = ['wazuh-analysisd', 'ossec-analysisd'];
const AGENT = ['wazuh-agentd', 'ossec-agentd'];

/**
 * Looks for a Wazuh or OSSEC manager. Reads only.
 * @param asked the directory that the command line names: then nowhere else
 * @param root what stands before every path, for tests
 */
export function findManagers(asked: string | undefined, root = ''): Search {
  const found: FoundHome[] = [];
  const looked: string[] = [];
  const seen = new Set<string>();
  for (const { home, how, look } of asked === undefined ? candidates(root) : [given(asked)]) {
    looked.push(look);
    if (home === undefined) continue;
    const real = realOf(root + home);
    if (seen.has(real)) continue;
    seen.add(real);
    const state = stateOf(root + home);
    if (state !== undefined) found.push({ home: root + home, how, state });
  }
  const order = ['manager', 'unreadable', 'agent'];
  return {
    found: found.toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state)),
    looked,
  };
}

interface Candidate {
  readonly home: string | undefined;
  readonly how: string;
  readonly look: string;
}

function given(home: string): Candidate {
  return { home, how: 'where --home says', look: home };
}

function* candidates(root: string): Generator<Candidate> {
  const note = /^DIRECTORY="?([^"\n]+)"?/m.exec(textOf(root + INIT_FILE))?.[1];
  yield { home: note, how: `by ${INIT_FILE}`, look: INIT_FILE };
  const running = runningHomes(root);
  yield { home: running[0], how: 'by its running processes', look: 'processes called *-analysisd' };
  for (const unit of UNITS) {
    const started = /^ExecStart=.*?(\/\S+)\/bin\/(?:wazuh|ossec)-control/m.exec(
      textOf(root + unit),
    );
    if (started !== null) yield { home: started[1], how: `by ${unit}`, look: unit };
  }
  yield { home: undefined, how: '', look: 'units of systemd: wazuh-manager, ossec-hids, ossec' };
  for (const home of USUAL) yield { home, how: 'in its usual place', look: home };
}

/** The homes of analysis daemons that run: `<home>/bin/wazuh-analysisd`. */
function runningHomes(root: string): string[] {
  return namesIn(`${root}/proc`)
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const program = readlinkSync(`${root}/proc/${pid}/exe`).replace(/ \(deleted\)$/, '');
        const isAnalysis = ANALYSIS.some((name) => program.endsWith(`/bin/${name}`));
        const home = dirname(dirname(program));
        return isAnalysis && isTrusted(`${root}${home}/bin`) ? [home] : [];
      } catch {
        return []; // it has ended, or is another user's
      }
    });
}

/** Anyone can run a program of that name: only where it is root's, or the caller's, is it a manager's. */
function isTrusted(directory: string): boolean {
  const { uid, mode } = statSync(directory);
  return (uid === 0 || uid === process.geteuid?.()) && (mode & 0o002) === 0;
}

function stateOf(home: string): FoundHome['state'] | undefined {
  const names = (directory: string) => {
    try {
      return readdirSync(join(home, directory));
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'EACCES' ? 'denied' : [];
    }
  };
  if (!isDirectory(home)) return undefined;
  const [bin, etc] = [names('bin'), names('etc')];
  if (bin === 'denied' || etc === 'denied') return 'unreadable';
  const has = (programs: readonly string[]) => programs.some((name) => bin.includes(name));
  if (has(ANALYSIS)) return 'manager';
  if (has(AGENT)) return 'agent';
  // Only the files may be shared with this machine, as those of a container.
  return etc.includes('ossec.conf') ? 'manager' : undefined;
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES';
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function realOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
