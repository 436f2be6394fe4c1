import { closeSync, constants, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { firstRecordTime } from '../../alert/record-time.ts';
import { readSetup, type Setup } from '../../app/setup.ts';
import { systemClock } from '../../core/clock.ts';
import type { Diagnostic } from '../../core/diagnostic.ts';
import { DAY_MS } from '../../core/durations.ts';
import type { Paths } from '../../core/paths.ts';
import { spanOf } from '../../core/words.ts';
import { daemonOf } from '../../outbox/daemon-lock.ts';
import { ownPlace } from '../command-name.ts';
import type { AboutManager } from './about-manager.ts';
import { majorOf } from './about-manager.ts';
import { type BlockView, viewBlock } from './blocks.ts';
import type { FoundHome, Search } from './find-managers.ts';
import type { Original } from './original.ts';
import { type Right, rightsOf } from './rights.ts';

/** The manager that was found. */
export type Manager = FoundHome & AboutManager;

/** What `setup` found out. */
export interface FirstLook {
  readonly search: Search;
  /** Undefined where there is none to look at. */
  readonly manager: Manager | undefined;
  readonly original: Original;
  /** Whom the daemon would run as, and whether that was tried. */
  readonly user: string;
  readonly isAsUser: boolean;
  /** The group of that user, where this machine has both. */
  readonly group: string | undefined;
  /** Whether this machine has that user. */
  readonly isUserKnown: boolean;
  /** Why `integratord install` would refuse now; empty where it would not, or nobody can tell. */
  readonly refusals: readonly string[];
  readonly config: string;
  readonly rights: readonly Right[];
  readonly blocks: readonly BlockView[];
  readonly diagnostics: readonly Diagnostic[];
  /** What would not work beyond rights and blocks, or should be known. */
  readonly warnings: readonly string[];
  /** Whether a package installed the unit, with a place for its configuration and its state. */
  readonly isPackaged: boolean;
  /** The unit that comes with this program, where systemd has none yet. */
  readonly unit: string | undefined;
  /** Whether a daemon of integratord runs there. */
  readonly isRunning: boolean;
}

/** Where the packages have the blocks of the unit. */
export const PACKAGED_BLOCKS = '/etc/integratord/integrations.conf';

/** What is known before the user is changed. */
type Known = Pick<
  FirstLook,
  'search' | 'manager' | 'original' | 'user' | 'group' | 'isUserKnown' | 'isAsUser' | 'refusals'
>;

const NOTHING_SEEN = { rights: [], blocks: [], diagnostics: [], warnings: [] };

/** Looks at a manager as the user of this process. Changes nothing. */
export function lookAt(paths: Paths, known: Known): { look: FirstLook; setup: Setup } {
  const setup = readSetup(paths, process.env);
  const isRunning = daemonOf(paths.state) !== undefined;
  const isPackaged = existsSync(PACKAGED_BLOCKS);
  const rest = { config: paths.config, isPackaged, unit: unitToCopy(), isRunning };
  // What follows from not being allowed to look says nothing about the manager.
  if (known.manager?.state === 'unreadable') {
    return { look: { ...known, ...rest, ...NOTHING_SEEN }, setup };
  }
  const { user, group, isAsUser } = known;
  const look: FirstLook = {
    ...known,
    ...rest,
    rights: rightsOf(paths, { user, group: isAsUser ? group : undefined }),
    blocks: setup.integrations.map(viewBlock),
    diagnostics: setup.diagnostics.filter(({ severity }) => severity === 'error'),
    warnings: [...managerWarnings(known.manager), ...alertWarnings(paths.alerts)],
  };
  return { look, setup };
}

function unitToCopy(): string | undefined {
  const isThere = ['/etc', '/usr/lib', '/lib'].some((place) =>
    existsSync(`${place}/systemd/system/integratord.service`),
  );
  return isThere ? undefined : join(ownPlace(), 'contrib', 'systemd', 'integratord.service');
}

/** True where it could go live as it is. */
export function isReady({ manager, isUserKnown, rights, blocks, diagnostics }: FirstLook): boolean {
  return (
    manager?.state === 'manager' &&
    isUserKnown &&
    rights.every(({ why }) => why === undefined) &&
    blocks.length > 0 &&
    blocks.every(({ why }) => why === undefined) &&
    diagnostics.length === 0
  );
}

function managerWarnings(manager: Manager | undefined): string[] {
  if (manager === undefined) return [];
  const major = manager.product === 'Wazuh' ? majorOf(manager.version) : undefined;
  if (major !== undefined && major >= 5) {
    return [
      `Wazuh ${manager.version} writes alerts in another way than Wazuh 4: integratord reads what is in alerts.json`,
    ];
  }
  if (manager.product === 'unknown') {
    return ['it does not say which product it is; only its files were looked at'];
  }
  return [];
}

const HEAD_BYTES = 65_536;

/** What the alert file says about the manager: that it writes it at all, and as JSON. */
function alertWarnings(path: string): string[] {
  try {
    // The manager's user could have put a pipe there, at which one waits for ever.
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stats = fstatSync(descriptor);
      if (!stats.isFile()) return [`${path} is not a file`];
      const { size, mtimeMs } = stats;
      if (size === 0) return [`${path} is empty: the manager has written no alert to it today`];
      const head = Buffer.alloc(Math.min(size, HEAD_BYTES));
      readSync(descriptor, head, 0, head.length, 0);
      const whole = head.subarray(0, head.lastIndexOf(0x0a) + 1);
      const age = systemClock.now() - mtimeMs;
      return [
        ...(whole.length > 0 && firstRecordTime(whole) === undefined
          ? [`${path} does not look like alerts: its first lines have no time`]
          : []),
        ...(age > DAY_MS
          ? [`${path} was last written ${spanOf(age)} ago: does the manager run?`]
          : []),
      ];
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return isMissing
      ? [`${path} does not exist: set <jsonout_output>yes</jsonout_output> in <global>`]
      : [];
  }
}
