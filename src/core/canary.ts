/** When an integration gets its test alert: once on every day of a zone. */
export interface CanaryPlan {
  /** Minutes from midnight on the wall clock of the zone. */
  readonly minute: number;
  /** A name of the IANA database. */
  readonly zone: string;
}

/** What a delivery is marked with, in place of a verdict, that is a test alert. */
export const CANARY = 'canary';

/** What is stored of the test alerts of a lane. Times are milliseconds since 1970. */
export interface CanaryRecord {
  readonly lane: number;
  /** The plan that it was sent by, as {@link planText} says it. */
  readonly plan: string;
  /** The day of the last one, in days since 1970 on the wall clock of its zone. */
  readonly day: number;
  readonly sentAt: number;
  /** When one was last delivered. */
  readonly succeededAt: number | undefined;
  /** When the first one was sent that came after that. */
  readonly unprovenSince: number | undefined;
  /** True where the last one was given up. */
  readonly isDead: boolean;
}

/** How the test alerts of an integration do. Times are milliseconds since 1970. */
export interface CanaryReport {
  /** `06:00 Europe/Berlin`. */
  readonly plan: string;
  readonly lastSentAt: number | undefined;
  readonly lastSuccessAt: number | undefined;
  readonly isLost: boolean;
}

/** One that is not delivered after this time is lost: then it is 26 hours since the one before. */
const LATE_MS = 2 * 3_600_000;

/** Whether test alerts of a lane do not arrive: the last one was given up, or is late. @param now in milliseconds since 1970. */
export function isLost({ unprovenSince, isDead }: CanaryRecord, now: number): boolean {
  return unprovenSince !== undefined && (isDead || now - unprovenSince >= LATE_MS);
}

/** A plan in words. */
export function planText({ minute, zone }: CanaryPlan): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)} ${zone}`;
}
