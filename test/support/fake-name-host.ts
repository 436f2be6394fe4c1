import type { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import type { Answer } from '../../src/transport/names/addresses.ts';
import type { NameQuestion } from '../../src/transport/names/name-host.ts';

/** A name host without a process: a test answers in its place. */
export class FakeNameHost extends EventEmitter {
  readonly pid = 4711;
  connected = true;
  isKilled = false;
  /** What it was asked and has not answered. */
  readonly questions: NameQuestion[] = [];
  readonly threads: number;

  constructor(threads: number) {
    super();
    this.threads = threads;
  }

  /** As the daemon sees it. */
  get process(): ChildProcess {
    return this as unknown as ChildProcess;
  }

  get names(): string[] {
    return this.questions.map(({ name }) => name);
  }

  send(question: NameQuestion): boolean {
    this.questions.push(question);
    return true;
  }

  ready(): void {
    this.emit('message', { kind: 'ready' });
  }

  /** Answers the oldest question about a name. */
  answer(name: string, answer: Answer): void {
    const at = this.questions.findIndex((question) => question.name === name);
    const [question] = this.questions.splice(at, 1);
    if (at === -1 || question === undefined) throw new Error(`nobody asked for ${name}`);
    this.emit('message', { kind: 'answer', id: question.id, answer });
  }

  kill(): boolean {
    this.isKilled = true;
    this.end(null, 'SIGKILL');
    return true;
  }

  /** It is gone. */
  end(code: number | null, signal: NodeJS.Signals | null = null): void {
    if (!this.connected) return;
    this.connected = false;
    this.emit('exit', code, signal);
  }
}
