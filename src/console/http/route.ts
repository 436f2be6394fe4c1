import type { User } from '../auth/login.ts';
import type { Role } from '../auth/users.ts';

/** A piece of a page: text in it is escaped. */
export type Html = { toString(): string | Promise<string> };

/** What is asked for, after it was found to be all right. */
export interface PageRequest {
  readonly user: User;
  /** Whether this person is logged in now, in the same role: an answer that goes on asks it again. */
  readonly isStillIn: () => boolean;
  /** The last part of the path, where it differs. */
  readonly id: string;
  /** The path with its query. */
  readonly url: string;
  readonly query: URLSearchParams;
  /** The last event that a page was told, where it asks for those after it. */
  readonly lastEventId?: string | undefined;
  /** What was sent; empty for what only reads. */
  readonly form: URLSearchParams;
  /** The bytes of a form that is left as it came; empty for others. */
  readonly bytes: Uint8Array;
}

/** What is answered. */
export type PageAnswer =
  | {
      readonly kind: 'page';
      readonly title: string;
      readonly body: Html;
      readonly status?: 200 | 400 | 404 | 409 | 503;
      /** Seconds after which it is loaded again where there is no script. */
      readonly refresh?: number | undefined;
    }
  | { readonly kind: 'redirect'; readonly to: string }
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'events'; readonly stream: ReadableStream<Uint8Array> }
  /** A file that is saved. */
  | { readonly kind: 'file'; readonly name: string; readonly stream: ReadableStream<Uint8Array> }
  | { readonly kind: 'full' };

/** A page, or something that can be done. */
export interface Route {
  readonly method: 'GET' | 'POST';
  /** `/deliveries`, `/delivery/:id`. */
  readonly path: string;
  /** Who may, at least. */
  readonly role: Role;
  /** The most bytes of a form that is left as it came: reading it is left to another process. */
  readonly longestBytes?: number;
  readonly answer: (request: PageRequest) => PageAnswer | Promise<PageAnswer>;
}
