import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import type { MessagePort } from 'node:worker_threads';
import type { Answer, Jobs, Question } from './protocol.ts';

/** How far behind the lanes the thread stands where there is not enough processor for all. */
const NICE = 10;

/** Answers the questions that a thread is asked, one after the other. */
export function serve(port: MessagePort, jobs: Jobs): void {
  yieldToLanes();
  port.on('message', (question: Question) => {
    void answer(jobs, question).then((one) => port.postMessage(one));
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

/** On Linux each thread has a priority of its own, and this one need not be quick. */
function yieldToLanes(): void {
  try {
    const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
    if (Number.isInteger(thread) && thread > 0) setPriority(thread, NICE);
  } catch {
    // Elsewhere it is as quick as the others.
  }
}
