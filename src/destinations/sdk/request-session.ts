import type {
  DeliveryContext,
  HttpFailure,
  HttpRequest,
  HttpResult,
} from '../../core/destination.ts';
import type { Integration } from '../../core/integration.ts';
import type { Outcome } from '../../core/outcome.ts';
import { classifyHttp, type Service } from './classify-http.ts';

/** The requests of one attempt: together they share the attempt's timeout. */
export interface RequestSession {
  /**
   * Sends a request within the remaining time.
   * @param bodyCap maximum bytes of the answer to read, where it may be long.
   */
  send(request: HttpRequest, bodyCap?: number): Promise<HttpResult>;
  /** True when no time is left. */
  isOver(): boolean;
}

/** Starts the clock of an attempt. */
export function startSession(
  integration: Integration,
  { http, clock, signal }: Pick<DeliveryContext, 'http' | 'clock' | 'signal'>,
  defaultTimeout?: number,
): RequestSession {
  const deadline = clock.monotonic() + attemptSeconds(integration, defaultTimeout) * 1000;
  const left = () => deadline - clock.monotonic();
  return {
    isOver: () => left() <= 0,
    async send(request, bodyCap) {
      const timeoutMs = left();
      if (timeoutMs <= 0) return TOO_LATE;
      return await http.send(request, { timeoutMs, signal, bodyCap });
    },
  };
}

const TOO_LATE: HttpFailure = {
  ok: false,
  reason: 'timeout',
  message: 'The time for this attempt ran out before its last request; <timeout> sets it.',
  mayHaveArrived: false,
};

/** The timeout of one attempt, in seconds. */
export function attemptSeconds(integration: Integration, defaultTimeout = 0): number {
  const { timeout, timeoutIsSet } = integration;
  return Math.max(timeoutIsSet ? timeout : Math.max(timeout, defaultTimeout), 1);
}

/**
 * The outcome when a message got no answer.
 * @param next what happens next if it is retried, as a sentence.
 */
export function unanswered(result: HttpFailure, next: string): Outcome {
  const { reason, message, mayHaveArrived, needsRepair } = result;
  if (needsRepair === true) return { kind: 'park', reason, message };
  const doubt = mayHaveArrived ? ' The message may have arrived anyway.' : '';
  return { kind: 'retry', reason, message: `${message}${doubt} ${next}` };
}

/**
 * What it means that a look-up before the message failed: an outcome where the message itself would
 * fare no better or must wait, undefined where only the answer is missing.
 */
export function failedLookup(
  result: HttpResult,
  service: Service,
  now: number,
): Outcome | undefined {
  if (!result.ok) {
    return unanswered(
      { ...result, mayHaveArrived: false },
      'Nothing was sent yet; it will be retried.',
    );
  }
  const { status } = result;
  const accessDenied = [401, 403, 407].includes(status) || (status >= 300 && status < 400);
  const isForLater = [408, 425, 429].includes(status) || status < 200 || status >= 500;
  return accessDenied || isForLater ? classifyHttp(result, service, now) : undefined;
}
