import { watchDaemon } from '../../control/client.ts';
import type { LiveEvent } from '../../core/live-event.ts';
import { type DaemonPlace, noAnswer, socketOf } from '../daemon-place.ts';
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
  place: DaemonPlace,
  onEvent: (event: LiveEvent | LostEvents) => void,
): Promise<never> {
  const result = await watchDaemon(socketOf(place), '/events', (line) => {
    onEvent(JSON.parse(line) as LiveEvent | LostEvents);
  });
  if (result.kind !== 'answered' || result.status !== 200) throw noAnswer(place, result);
  throw new CommandError('the daemon has ended', EXIT.failed);
}
