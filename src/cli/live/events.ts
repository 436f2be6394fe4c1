import { join } from 'node:path';
import { CONTROL_SOCKET, watchDaemon } from '../../control/client.ts';
import type { LiveEvent } from '../../core/live-event.ts';
import { CommandError, EXIT } from '../exit.ts';

/** Lines that this reader was too slow for. */
export interface LostEvents {
  readonly event: 'lost';
  readonly count: number;
}

/**
 * Tells what happens in the daemon, until it ends.
 * @throws CommandError when there is none, or when it has ended.
 */
export async function watchEvents(
  state: string,
  onEvent: (event: LiveEvent | LostEvents) => void,
): Promise<never> {
  const result = await watchDaemon(join(state, CONTROL_SOCKET), '/events', (line) => {
    onEvent(JSON.parse(line) as LiveEvent | LostEvents);
  });
  if (result.kind === 'nobody') {
    throw new CommandError(`no daemon runs with the state directory ${state}`, EXIT.failed);
  }
  if (result.kind === 'failed') {
    throw new CommandError(`the daemon cannot be asked: ${result.why}`, EXIT.failed);
  }
  if (result.status !== 200) {
    throw new CommandError(`the daemon does not tell: ${result.body}`, EXIT.failed);
  }
  throw new CommandError('the daemon has ended', EXIT.failed);
}
