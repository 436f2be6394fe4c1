import { watchDaemon } from '../../control/client.ts';
import type { LiveEvent } from '../../core/live-event.ts';
import { type DaemonPlace, noAnswer, socketOf } from '../daemon-place.ts';
import { CommandError, EXIT } from '../exit.ts';
import { type LostEvents, readEvent } from './read-event.ts';

/**
 * Tells what happens in the daemon, until it ends.
 * @throws CommandError when there is none, or when it has ended.
 */
export async function watchEvents(
  place: DaemonPlace,
  onEvent: (event: LiveEvent | LostEvents) => void,
): Promise<never> {
  const stop = new AbortController();
  let problem: unknown;
  const take = (line: string) => {
    if (stop.signal.aborted) return;
    try {
      onEvent(readEvent(line));
    } catch (error) {
      problem = error;
      stop.abort();
    }
  };
  const result = await watchDaemon(socketOf(place), '/events', take, stop.signal);
  if (problem !== undefined) throw problem;
  if (result.kind !== 'answered' || result.status !== 200) throw noAnswer(place, result);
  throw new CommandError('the daemon has ended', EXIT.failed);
}
