import type { LiveEvent } from '../../core/live-event.ts';
import { readAnswer } from '../read-answer.ts';

/** Lines that this reader was too slow for. */
export interface LostEvents {
  readonly event: 'lost';
  readonly count: number;
}

const NUMBERS = ['at', 'level', 'delivery', 'status', 'duration_ms', 'alerts', 'count'];
const TEXTS = ['integration', 'alert', 'rule', 'agent', 'verdict', 'reason', 'message'];

/**
 * An event as a daemon tells it, on a line of its own.
 * @throws CommandError where it is none: whoever listens at a socket may tell anything.
 */
export function readEvent(line: string): LiveEvent | LostEvents {
  return readAnswer<LiveEvent | LostEvents>(line, (told) => {
    const are = (names: readonly string[], type: 'number' | 'string') =>
      names.every((name) => told[name] === undefined || typeof told[name] === type);
    const { event } = told;
    const isNamed = typeof event === 'string' && /^[a-z_]{1,20}$/.test(event);
    return isNamed && are(NUMBERS, 'number') && are(TEXTS, 'string');
  });
}
