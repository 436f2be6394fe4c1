import { shellWord } from '../../core/shell-word.ts';

/** What is sent for a delivery, without secrets, as the present configuration makes it. */
export type Rendering =
  | { readonly kind: 'requests'; readonly requests: readonly RenderedRequest[] }
  | { readonly kind: 'script'; readonly script: RenderedScript }
  /** Why it is not known, in words. */
  | { readonly kind: 'none'; readonly why: string };

/** An HTTP request. */
export interface RenderedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The body as it is sent; undefined where there is none. */
  readonly body: string | undefined;
}

/** How a script is called. */
export interface RenderedScript {
  readonly path: string;
  readonly argv: readonly string[];
  readonly alertFile: string;
  readonly optionsFile: string | undefined;
}

/** The same request as a command, for a shell: what is redacted in it must be filled in. */
export function curlOf({ method, url, headers, body }: RenderedRequest): string {
  // Brackets are not to be taken for a range, nor the beginning of a body for the name of a file.
  const parts = [
    `curl -sS -g -X ${method} ${shellWord(url)}`,
    ...headers.map(([name, value]) => `-H ${shellWord(`${name}: ${value}`)}`),
    ...(body === undefined ? [] : [`--data-raw ${shellWord(body)}`]),
  ];
  return parts.join(' \\\n  ');
}

/** A body as people read it. */
export function prettyOf(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), undefined, 2);
  } catch {
    return body;
  }
}
