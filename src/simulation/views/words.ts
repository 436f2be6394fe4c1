import type { IntegrationResult } from '../result.ts';

/** How many a minute against what may be sent. */
export function peakText({ peakPerMinute, rateLimit, longestDelay }: IntegrationResult): string {
  const limit =
    rateLimit === undefined
      ? 'no rate limit'
      : `the rate limit is ${number(Math.round((rateLimit.count * 60) / rateLimit.seconds))}`;
  const delay = longestDelay < 1000 ? '' : `; the longest wait ${waitText(longestDelay)}`;
  return `${number(peakPerMinute)} a minute, ${limit}${delay}`;
}

/** What would be looked up against what may be. */
export function quotaText({
  lookups,
  perMinute,
  perDay,
  mostInADay,
  daysAbove,
}: NonNullable<IntegrationResult['quota']>): string {
  const daily = perDay === undefined ? '' : ` and ${number(perDay)} a day`;
  const above = daysAbove === 0 ? '' : `; more than that on ${daysAbove} days`;
  return (
    `${number(lookups)} look-ups, ${number(mostInADay)} on the busiest day; ` +
    `allowed are ${number(perMinute)} a minute${daily}${above}`
  );
}

function waitText(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return `${number(Math.round(seconds / 3600))} h`;
}

/** With thousands divided. */
export function number(count: number): string {
  return count.toLocaleString('en');
}
