import { randomBytes } from 'node:crypto';

const MOST_IDS = 5000;

/**
 * One-time ids of forms: each lets one thing be done once, by the person whom it was given to. A form that is
 * sent twice, by a second click or by going back, does nothing the second time.
 */
export class FormIds {
  readonly #open = new Map<string, string>();

  /** @param owner whom the form is shown to. */
  issue(owner: string): string {
    const oldest = this.#open.size >= MOST_IDS ? [...this.#open.keys()][0] : undefined;
    if (oldest !== undefined) this.#open.delete(oldest);
    const id = randomBytes(18).toString('base64url');
    this.#open.set(id, owner);
    return id;
  }

  /** True once for each id that was given to this owner. */
  use(id: string, owner: string): boolean {
    return this.#open.get(id) === owner && this.#open.delete(id);
  }
}
