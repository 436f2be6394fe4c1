import { CommandError, EXIT } from './exit.ts';

/**
 * What a daemon answered.
 * @param isRight looks closer at it.
 * @throws CommandError where it is something else, which nobody must print as it is: who listens at a socket
 * that somebody names need not be a daemon.
 */
export function readAnswer<Answer extends object>(
  text: string,
  isRight: (answer: Readonly<Record<string, unknown>>) => boolean = () => true,
): Answer {
  const answer = parsed(text);
  const isObject = typeof answer === 'object' && answer !== null && !Array.isArray(answer);
  if (isObject && isRight(answer as Readonly<Record<string, unknown>>)) return answer as Answer;
  throw new CommandError('what listens there does not answer as a daemon does', EXIT.failed);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
