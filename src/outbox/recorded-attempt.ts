import { readOutput } from './attempt-output.ts';

/** An attempt as it was kept. */
export interface RecordedAttempt {
  readonly number: number;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly durationMs: number;
  readonly outcome: string;
  readonly reason: string | undefined;
  readonly status: number | undefined;
  readonly message: string | undefined;
  readonly excerpt: string | undefined;
  /** The whole output of a script, where the excerpt does not hold it, and it is still kept. */
  readonly output: string | undefined;
}

/** The attempts of a delivery, the first one first. */
export const ATTEMPTS = `SELECT t.*, o.output FROM attempt t
  LEFT JOIN attempt_output o ON o.delivery = t.delivery AND o.number = t.number
  WHERE t.delivery = ? ORDER BY t.number`;

/** A row of it. */
export interface AttemptRow {
  readonly number: number;
  readonly started_at: number;
  readonly duration_ms: number;
  readonly outcome: string;
  readonly reason: string | null;
  readonly status: number | null;
  readonly message: string | null;
  readonly excerpt: string | null;
  /** The earliest time for the next one that the service named. */
  readonly not_before: number | null;
  /** Packed. */
  readonly output: Uint8Array | null;
}

/** A row in the words of the program. */
export function attemptOf(row: AttemptRow): RecordedAttempt {
  return {
    number: row.number,
    startedAt: row.started_at,
    durationMs: row.duration_ms,
    outcome: row.outcome,
    reason: row.reason ?? undefined,
    status: row.status ?? undefined,
    message: row.message ?? undefined,
    excerpt: row.excerpt ?? undefined,
    output: readOutput(row.output),
  };
}
