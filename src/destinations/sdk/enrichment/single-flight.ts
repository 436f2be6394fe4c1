/**
 * Lets everybody who asks the same at the same time wait for one answer. Nothing is kept: once the
 * answer is there, or the question failed, the next one to ask begins anew.
 */
export class SingleFlight<T> {
  readonly #flights = new Map<string, Promise<T>>();

  /** The result of `ask`, or of the one that is under way for this key. */
  run(key: string, ask: () => Promise<T>): Promise<T> {
    const underWay = this.#flights.get(key);
    if (underWay !== undefined) return underWay;
    const flight = ask().finally(() => this.#flights.delete(key));
    this.#flights.set(key, flight);
    return flight;
  }
}
