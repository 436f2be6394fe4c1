/**
 * Why nothing of a lane is attempted for a while.
 * - `retry`: an ordered lane waits for the retry of the first of it.
 * - `rate_limit`: its bucket is empty, or a quota is used up.
 * - `breaker`: its service failed too often in a row.
 * - `retry_after`: its service named the time.
 * - `parked`: someone must fix the integration.
 */
export type HoldReason = 'retry' | 'rate_limit' | 'breaker' | 'retry_after' | 'parked';

/** Until when, in milliseconds since 1970, and why; 0 where nothing holds it. */
export interface Hold {
  readonly until: number;
  readonly reason: HoldReason;
}
