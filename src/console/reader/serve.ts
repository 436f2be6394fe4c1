import type { Answer, Jobs, Question } from './protocol.ts';
import { yieldToLanes } from './yield.ts';

/** Answers the questions that a helper is asked, one after the other, until nobody can ask any more. */
export function serve(jobs: Jobs): void {
  yieldToLanes();
  process.on('disconnect', () => process.exit());
  process.on('message', (question: Question) => {
    void answer(jobs, question).then((one) => process.send?.(one));
  });
}

async function answer(jobs: Jobs, { id, name, args }: Question): Promise<Answer> {
  try {
    const job = jobs[name] as (...args: readonly unknown[]) => unknown;
    return { id, value: await job(...args) };
  } catch (error) {
    return { id, error: (error as Error).message };
  }
}
