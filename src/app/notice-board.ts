import type { SaidNotice } from '../core/said-notice.ts';

/** What is kept to be looked at. */
const MOST_KEPT = 5;

/** What integratord has said about itself since it was started. */
export class NoticeBoard {
  #notices: readonly SaidNotice[] = [];

  add(notice: SaidNotice): void {
    this.#notices = [notice, ...this.#notices].slice(0, MOST_KEPT);
  }

  /** The newest first. */
  get notices(): readonly SaidNotice[] {
    return this.#notices;
  }
}
