import { createHash } from 'node:crypto';

/**
 * The identity of an alert for an integration: the same over retries, restarts, and even where a
 * line is read twice, so that a service which recognises repeats can do so.
 * @returns 32 hexadecimal digits.
 */
export function deliveryKey(integrationId: string, raw: Buffer): string {
  return createHash('sha256').update(`${integrationId}\0`).update(raw).digest('hex').slice(0, 32);
}
