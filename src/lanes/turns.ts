/** A lane, as whoever hands out turns sees it. */
export interface TurnTaker {
  /** Its turn may have come: it takes it, or withdraws. */
  turnCame(): void;
}

/**
 * Turns of lanes that must not work at the same time, such as those that run the same script. Whoever
 * has had one goes to the end of the line. A lane that waits has nothing in its hands: no delivery, no
 * attempt whose time runs.
 */
export class Turns {
  #places = 1;
  #taken = 0;
  readonly #members = new Set<TurnTaker>();
  #line: TurnTaker[] = [];

  /** How many may be taken at a time. */
  set places(places: number) {
    this.#places = places;
    this.#call();
  }

  /** True where more than one lane takes turns. */
  get isShared(): boolean {
    return this.#members.size > 1;
  }

  join(lane: TurnTaker): void {
    this.#members.add(lane);
  }

  /** Its turns that are taken end later, with {@link end}. */
  leave(lane: TurnTaker): void {
    this.#members.delete(lane);
    this.withdraw(lane);
  }

  /** True when the lane has a turn now. Otherwise it stands in line, where it may stand already. */
  take(lane: TurnTaker): boolean {
    const [first = lane] = this.#line;
    if (first === lane && this.#taken < this.#places) {
      this.#line = this.#line.filter((one) => one !== lane);
      this.#taken += 1;
      this.#call();
      return true;
    }
    if (!this.#line.includes(lane)) this.#line.push(lane);
    return false;
  }

  /** Ends a turn. */
  end(): void {
    this.#taken -= 1;
    this.#call();
  }

  /** Goes out of the line: the lane has nothing to do now. */
  withdraw(lane: TurnTaker): void {
    if (!this.#line.includes(lane)) return;
    const wasFirst = this.#line[0] === lane;
    this.#line = this.#line.filter((one) => one !== lane);
    if (wasFirst) this.#call();
  }

  /** Each one called takes a turn, or withdraws; both make the next one the first. */
  #call(): void {
    if (this.#taken < this.#places) this.#line[0]?.turnCame();
  }
}
