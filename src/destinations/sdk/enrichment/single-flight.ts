/**
 * Lets concurrent callers with the same key share one result. Nothing is cached: once the answer
 * has arrived, or the lookup failed, the next caller starts again.
 */
export class SingleFlight<T> {
  readonly #flights = new Map<string, Promise<T>>();

  /** The result of `ask`, or of the call already running for this key. */
  run(key: string, ask: () => Promise<T>): Promise<T> {
    const underWay = this.#flights.get(key);
    if (underWay !== undefined) return underWay;
    const flight = ask().finally(() => this.#flights.delete(key));
    this.#flights.set(key, flight);
    return flight;
  }
}
