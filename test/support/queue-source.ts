import { sleep } from '../../src/core/clock.ts';
import type { Batch, Checkpoint, Source, SourceStatus } from '../../src/core/source.ts';
import type { FakeClock } from './fake-clock.ts';

interface Message {
  readonly tag: number;
  readonly text: string;
}

/** A message queue: it keeps every message until it is acknowledged, whoever reads it. */
export class FakeQueue {
  readonly acknowledged: string[] = [];
  /** While true, acknowledgements are lost on their way here. */
  isCutOff = false;
  #kept: Message[] = [];
  #tag = 0;
  #published: () => void = () => {};

  publish(...texts: string[]): void {
    for (const text of texts) this.#kept.push({ tag: (this.#tag += 1), text });
    this.#published();
  }

  /** Messages after a tag that are still here. */
  after(tag: number, limit: number): Message[] {
    return this.#kept.filter((message) => message.tag > tag).slice(0, limit);
  }

  /** Resolves with the next publication. */
  publication(): Promise<void> {
    return new Promise((resolve) => {
      this.#published = resolve;
    });
  }

  acknowledge(upTo: number): void {
    if (this.isCutOff) return;
    for (const { tag, text } of this.#kept) if (tag <= upTo) this.acknowledged.push(text);
    this.#kept = this.#kept.filter(({ tag }) => tag > upTo);
  }
}

/**
 * A source over such a queue. As one over a network would, it notes acknowledgements and sends them a
 * little later; and a new one is given again what no earlier one acknowledged, whatever the stored
 * checkpoint says.
 */
export class QueueSource implements Source {
  readonly name: string;
  readonly #queue: FakeQueue;
  readonly #clock: FakeClock;
  readonly #perBatch: number;
  readonly #closing = new AbortController();
  #handedOut = 0;
  #toAcknowledge: number | undefined;
  #lastLinesAt: number | undefined;
  #delivered = 0;

  constructor(queue: FakeQueue, clock: FakeClock, { name = 'queue', perBatch = 2 } = {}) {
    this.#queue = queue;
    this.#clock = clock;
    this.name = name;
    this.#perBatch = perBatch;
  }

  /** The queue itself knows where to begin. */
  start(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  async next(signal: AbortSignal): Promise<Batch | undefined> {
    const stop = AbortSignal.any([signal, this.#closing.signal]);
    const stopped = new Promise<void>((resolve) => {
      stop.addEventListener('abort', () => resolve());
    });
    while (!stop.aborted) {
      const messages = this.#queue.after(this.#handedOut, this.#perBatch);
      if (messages.length > 0) return this.#batch(messages);
      await Promise.race([this.#queue.publication(), stopped]);
    }
    return undefined;
  }

  acknowledge({ state }: Checkpoint): void {
    const isUnderWay = this.#toAcknowledge !== undefined;
    this.#toAcknowledge = (state as { tag: number }).tag;
    if (!isUnderWay) void this.#sendAcknowledgement();
  }

  status(): SourceStatus {
    return {
      lagBytes: undefined,
      lastLinesAt: this.#lastLinesAt,
      health: [],
      counts: { delivered: this.#delivered },
    };
  }

  /** What was noted and not sent is lost, as it is in a crash. */
  async close(): Promise<void> {
    this.#closing.abort();
  }

  async #sendAcknowledgement(): Promise<void> {
    await sleep(this.#clock, 1, this.#closing.signal);
    if (this.#closing.signal.aborted) return;
    this.#queue.acknowledge(this.#toAcknowledge ?? 0);
    this.#toAcknowledge = undefined;
  }

  #batch(messages: readonly Message[]): Batch {
    const tag = messages.at(-1)?.tag ?? this.#handedOut;
    const first = this.#handedOut;
    this.#handedOut = tag;
    this.#delivered += messages.length;
    this.#lastLinesAt = this.#clock.now();
    return {
      bytes: Buffer.from(messages.map(({ text }) => `${text}\n`).join('')),
      checkpoint: { source: this.name, version: 1, state: { tag } },
      place: (offset) => `${this.name}, byte ${offset} after message ${first}`,
    };
  }
}
