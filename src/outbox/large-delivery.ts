import type { LeasedDelivery } from '../core/delivery.ts';

type Facts = Omit<LeasedDelivery, 'raw' | 'stored'>;

/** A leased delivery whose alert is too large to wait in memory. */
export class LargeDelivery implements LeasedDelivery {
  readonly id: number;
  readonly attempts: number;
  readonly tries: number;
  readonly firstAttemptAt: number | undefined;
  readonly salt: string | undefined;
  readonly stored: NonNullable<LeasedDelivery['stored']>;

  constructor(facts: Facts, length: number, read: () => Buffer) {
    this.id = facts.id;
    this.attempts = facts.attempts;
    this.tries = facts.tries;
    this.firstAttemptAt = facts.firstAttemptAt;
    this.salt = facts.salt;
    this.stored = new BytesInOutbox(length, read);
  }

  get raw(): Buffer {
    return this.stored.read();
  }
}

/** Enough for the time that an alert begins with. */
const BEGINNING_BYTES = 1024;

class BytesInOutbox {
  readonly length: number;
  beginning = Buffer.alloc(0);
  readonly #read: () => Buffer;

  constructor(length: number, read: () => Buffer) {
    this.length = length;
    this.#read = read;
  }

  read(): Buffer {
    const bytes = this.#read();
    this.beginning = Buffer.from(bytes.subarray(0, BEGINNING_BYTES));
    return bytes;
  }
}
