/** An item of an {@link UnorderedSet}, which stores its position in it. */
export interface UnorderedSetItem {
  place: number;
}

/**
 * Things that come and go thousands of times a second, in no order. A Set would do, but for memory: V8
 * grows a Set by making a new table, to which the old one keeps a reference, and that one to what it
 * held. Once an old table has survived into the old generation, everything that
 * comes after it survives as well.
 */
export class UnorderedSet<Item extends UnorderedSetItem> {
  readonly #items: Item[] = [];

  get size(): number {
    return this.#items.length;
  }

  /** Adds an item that is in no set. */
  add(item: Item): void {
    item.place = this.#items.length;
    this.#items.push(item);
  }

  /** @returns whether it was there. */
  delete(item: Item): boolean {
    const { place } = item;
    if (this.#items[place] !== item) return false;
    const last = this.#items.pop() as Item;
    if (last === item) return true;
    last.place = place;
    this.#items[place] = last;
    return true;
  }

  /** What is in it now. */
  list(): Item[] {
    return [...this.#items];
  }
}
