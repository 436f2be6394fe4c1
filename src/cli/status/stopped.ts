import { join } from 'node:path';
import type { Paths } from '../../core/paths.ts';
import type { LaneReport } from '../../core/status.ts';
import { type OriginalBack, originalBack } from '../../dropin/install/back.ts';
import { findProgram } from '../../dropin/install/programs.ts';
import { backText, commandsBack, INSTALL_ASKS } from '../put-back.ts';
import { type Judgement, laneProblems } from './verdict.ts';

/**
 * Whether the original runs in the place of the daemon that is stopped. Undefined also where the outbox is not
 * that of a daemon in the manager, and where this user may not look.
 */
export function backAt({ home, state }: Paths): OriginalBack | undefined {
  if (state !== join(home, 'queue', 'integratord')) return undefined;
  try {
    return originalBack(findProgram(home));
  } catch {
    return undefined;
  }
}

/** What is known of a daemon that is stopped. */
export interface Stopped {
  readonly state: string;
  readonly hasOutbox: boolean;
  readonly waiting: readonly LaneReport[];
  /** Why it is unknown what waits. */
  readonly why?: string | undefined;
}

/** Says why it is stopped, what to do, and what waits. */
export function judgeStopped(stopped: Stopped, back: OriginalBack | undefined): Judgement {
  const { waiting, why } = stopped;
  const rest = why ?? waitingText(stopped, back);
  const causes =
    back === undefined ? [`it is not running: ${rest}`] : [...backProblems(back), rest];
  const held = waiting.filter(({ state }) => state === 'parked' || state === 'paused');
  const lanes = why === undefined ? held.flatMap((one) => laneProblems(one, 0)) : [];
  return { verdict: 'stopped', problems: [...causes, ...lanes] };
}

function backProblems(back: OriginalBack): string[] {
  const [install, restart] = commandsBack(back);
  return [
    `it is not running: ${backText(back)}`,
    `to put integratord back: ${install}, and then ${restart}; ${INSTALL_ASKS}`,
  ];
}

function waitingText(
  { state, hasOutbox, waiting }: Stopped,
  back: OriginalBack | undefined,
): string {
  if (!hasOutbox) {
    return `${state} has no outbox: it never ran there (--state or --home select the directory)`;
  }
  const count = waiting.reduce((sum, { pending }) => sum + pending, 0);
  const rest =
    count === 0
      ? ['nothing waits in the outbox', '; new alerts wait in the alert file']
      : [
          `${count} ${count === 1 ? 'delivery waits' : 'deliveries wait'} in the outbox`,
          ', and new alerts in the alert file',
        ];
  // The original delivers new ones now.
  return back === undefined ? rest.join('') : (rest[0] ?? '');
}
