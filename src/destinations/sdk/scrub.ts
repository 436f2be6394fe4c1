import type { Integration } from '../../core/integration.ts';
import { type Outcome, scrubOutcome } from '../../core/outcome.ts';
import { Scrubber } from '../../core/secret.ts';
import { withShortExcerpt } from './classify-http.ts';
import { cut } from './text.ts';

/** Longest message, in characters; services and scripts can make it long. */
const LONGEST_MESSAGE = 1000;

/** Shorter parts of an address are ordinary words such as `services` or `v2`. */
const SHORTEST_PART = 16;

/**
 * The outcome that may be shown: all secrets removed from message and excerpt, and then both cut, in
 * this order, so that no part of a secret stays at the end.
 * @param others knows the secrets of the whole configuration.
 * @param forms further forms in which the integration's own secrets could come back.
 */
export function withoutSecrets(
  outcome: Outcome,
  integration: Integration,
  others: Scrubber | undefined,
  forms: () => readonly string[] = () => [],
): Outcome {
  const own = scrubOutcome(outcome, scrubberFor(integration, forms));
  const clean = others === undefined ? own : scrubOutcome(own, others);
  const { message } = clean;
  if (message === undefined || message.length <= LONGEST_MESSAGE) return withShortExcerpt(clean);
  return withShortExcerpt({ ...clean, message: cut(message, LONGEST_MESSAGE) });
}

/** The encodings of an integration's secrets are computed once. */
const scrubbers = new WeakMap<Integration, Scrubber>();

function scrubberFor(integration: Integration, forms: () => readonly string[]): Scrubber {
  const known = scrubbers.get(integration);
  if (known !== undefined) return known;
  const scrubber = new Scrubber([...secretsOf(integration), ...forms()]);
  scrubbers.set(integration, scrubber);
  return scrubber;
}

/** Key and address, and the long parts of the address: the token of a webhook is one of them. */
function secretsOf(integration: Integration): string[] {
  const secrets: string[] = [];
  const key = integration.apiKey?.reveal();
  if (key !== undefined) secrets.push(key);
  const url = integration.hookUrl?.reveal();
  if (url !== undefined) {
    const afterHost = url.replace(/^[a-z]+:\/\/[^/?#]*/i, '');
    const parts = afterHost.split(/[/?#&=]/).filter((part) => part.length >= SHORTEST_PART);
    secrets.push(url, ...parts);
  }
  return secrets;
}
