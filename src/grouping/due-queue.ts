/** What waits for its time, with a number that tells it from all others. */
export interface Due {
  readonly id: number;
  /** In milliseconds since 1970. */
  readonly dueAt: number;
}

/** Gives what is due first; of what is due at the same time, that with the lower number. */
export class DueQueue<Item extends Due> {
  /** A binary heap: each is due no later than the two at twice its place. */
  readonly #items: Item[] = [];

  get first(): Item | undefined {
    return this.#items[0];
  }

  add(item: Item): void {
    const items = this.#items;
    let place = items.length;
    items.push(item);
    while (place > 0) {
      const above = (place - 1) >> 1;
      if (!isBefore(item, items[above] as Item)) break;
      items[place] = items[above] as Item;
      place = above;
    }
    items[place] = item;
  }

  /** Takes the first one out. */
  take(): Item | undefined {
    const items = this.#items;
    const first = items[0];
    const last = items.pop();
    if (last === undefined || items.length === 0) return first;
    let place = 0;
    for (;;) {
      let below = 2 * place + 1;
      if (below >= items.length) break;
      const other = items[below + 1];
      if (other !== undefined && isBefore(other, items[below] as Item)) below += 1;
      if (!isBefore(items[below] as Item, last)) break;
      items[place] = items[below] as Item;
      place = below;
    }
    items[place] = last;
    return first;
  }
}

function isBefore(a: Due, b: Due): boolean {
  return a.dueAt < b.dueAt || (a.dueAt === b.dueAt && a.id < b.id);
}
