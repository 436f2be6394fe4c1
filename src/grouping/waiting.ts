/** The place of what waits: higher priorities first, then by their numbers. */
export interface InOrder {
  readonly id: number;
  readonly priority: number;
}

/** Of what was taken from the front of a queue, so much is kept until it is cut off. */
const MOST_TAKEN = 1024;

/** What waits to be sent, in its order. Adding what comes last is cheap. */
export class Waiting<Item extends InOrder> {
  /** A queue for each priority, the highest first, and how much of it was taken. */
  #queues: { readonly priority: number; items: Item[]; taken: number }[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get first(): Item | undefined {
    const [queue] = this.#queues;
    return queue?.items[queue.taken];
  }

  add(item: Item): void {
    const { items, taken } = this.#queueOf(item.priority);
    let place = items.length;
    while (place > taken && (items[place - 1] as Item).id > item.id) place -= 1;
    if (place === items.length) items.push(item);
    else items.splice(place, 0, item);
    this.#size += 1;
  }

  take(): Item | undefined {
    const [queue] = this.#queues;
    if (queue === undefined) return undefined;
    const item = queue.items[queue.taken];
    queue.taken += 1;
    this.#size -= 1;
    if (queue.taken === queue.items.length) {
      this.#queues.shift();
    } else if (queue.taken >= MOST_TAKEN && queue.taken >= queue.items.length / 2) {
      queue.items = queue.items.slice(queue.taken);
      queue.taken = 0;
    }
    return item;
  }

  /** Takes all that a condition holds of. */
  takeAll(condition: (item: Item) => boolean): Item[] {
    const found: Item[] = [];
    for (const queue of this.#queues) {
      const left: Item[] = [];
      for (const item of queue.items.slice(queue.taken)) {
        (condition(item) ? found : left).push(item);
      }
      queue.items = left;
      queue.taken = 0;
    }
    this.#queues = this.#queues.filter(({ items }) => items.length > 0);
    this.#size -= found.length;
    return found;
  }

  #queueOf(priority: number) {
    const place = this.#queues.findIndex((queue) => queue.priority <= priority);
    const found = this.#queues[place];
    if (found?.priority === priority) return found;
    const queue = { priority, items: [], taken: 0 };
    this.#queues.splice(place === -1 ? this.#queues.length : place, 0, queue);
    return queue;
  }
}
