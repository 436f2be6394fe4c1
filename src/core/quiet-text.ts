import type { QuietSource } from './quiet-source.ts';
import { spanOf } from './words.ts';

/** What is unusual about a source, as a sentence without its end. @param now in milliseconds since 1970. */
export function quietText({ since, count, fewest, weeks }: QuietSource, now: number): string {
  const usual = `at this hour there were never fewer than ${numberText(fewest)} (in ${weeks} weeks)`;
  if (count === undefined) return `no alerts for ${spanOf(now - since)}; ${usual}`;
  const ago = spanOf(now - since);
  return `only ${numberText(count)} alerts in the hour that began ${ago} ago; ${usual}`;
}

/** `1,180`. */
function numberText(value: number): string {
  return value.toLocaleString('en-US');
}
