import { createInterface } from 'node:readline/promises';
import { CommandError, EXIT } from './exit.ts';

/** Asks on a terminal. An input that ends, as by Ctrl-D, is an empty answer. */
export async function ask(question: string, output: NodeJS.WritableStream): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output });
  const closed = new Promise<string>((resolve) => terminal.once('close', () => resolve('')));
  const answer = await Promise.race([terminal.question(question), closed]);
  terminal.close();
  return answer.trim();
}

/**
 * Has something confirmed on a terminal.
 * @param name the command, for its messages.
 * @throws CommandError where nobody can be asked, or the answer is no.
 */
export async function confirm(
  name: string,
  json: boolean,
  { question, hint }: { readonly question: string; readonly hint: string },
): Promise<void> {
  if (json || !process.stdin.isTTY || !process.stderr.isTTY) {
    throw new CommandError(`${name}: nothing was changed; ${hint}`, EXIT.wrongUsage);
  }
  if (isYes(await ask(`${question} [y/N] `, process.stderr))) return;
  throw new CommandError(`${name}: nothing was changed`, EXIT.wrongUsage);
}

export function isYes(answer: string): boolean {
  return /^y(?:es)?$/i.test(answer);
}
