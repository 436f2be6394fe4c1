import { createInterface } from 'node:readline/promises';

/** Asks on a terminal. An input that ends, as by Ctrl-D, is an empty answer. */
export async function ask(question: string, output: NodeJS.WritableStream): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output });
  const closed = new Promise<string>((resolve) => terminal.once('close', () => resolve('')));
  const answer = await Promise.race([terminal.question(question), closed]);
  terminal.close();
  return answer.trim();
}

export function isYes(answer: string): boolean {
  return /^y(?:es)?$/i.test(answer);
}
