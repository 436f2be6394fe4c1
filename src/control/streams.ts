import type { ServerResponse } from 'node:http';

/** Those who look on at the same time. */
const MOST_STREAMS = 4;
/** What waits for a slow reader, in bytes. Beyond that it loses lines. */
const MOST_WAITING = 2 ** 18;

/** Has someone told what happens, by a function that takes one line of JSON; returns what ends that. */
export type Subscribe = (tell: (value: unknown) => void) => () => void;

/** Answers that go on, a JSON value per line. A slow reader loses lines, and delays nobody. */
export class Streams {
  #count = 0;

  /** False when there are too many already. */
  open(response: ServerResponse, subscribe: Subscribe): boolean {
    if (this.#count >= MOST_STREAMS) return false;
    this.#count += 1;
    response.writeHead(200, {
      'content-type': 'application/x-ndjson; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    response.flushHeaders();
    let lost = 0;
    const write = (value: unknown) => response.write(`${JSON.stringify(value)}\n`);
    const end = subscribe((value) => {
      if (response.writableLength > MOST_WAITING) {
        lost += 1;
        return;
      }
      if (lost > 0) {
        write({ event: 'lost', count: lost });
        lost = 0;
      }
      write(value);
    });
    response.on('drain', () => {
      if (lost === 0) return;
      write({ event: 'lost', count: lost });
      lost = 0;
    });
    response.on('error', () => {});
    response.once('close', () => {
      end();
      this.#count -= 1;
    });
    return true;
  }
}
