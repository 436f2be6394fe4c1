import type { LookupFunction } from 'node:net';
import type { Clock } from '../../core/clock.ts';
import type { NameFailure } from './addresses.ts';
import type { Names } from './names.ts';

/** A {@link NameFailure} where an error is wanted. */
export class NameError extends Error {
  readonly code: string;

  constructor({ code, message }: NameFailure) {
    super(message);
    this.code = code;
  }
}

/**
 * The look-up in the form that `net.connect` and `tls.connect` take as `lookup`.
 * @param timeoutMs when the connection is given up.
 */
export function netLookup(names: Names, clock: Clock, timeoutMs: number): LookupFunction {
  return (host, options, callback) => {
    const limit = new AbortController();
    const cancelTimer = clock.after(timeoutMs, () => limit.abort());
    void names.lookup(host, host, limit.signal).then((answer) => {
      cancelTimer();
      if (!answer.ok) {
        callback(new NameError(answer), []);
      } else if (options.all === true) {
        callback(null, [...answer.addresses]);
      } else {
        const [first] = answer.addresses;
        callback(null, first?.address ?? '', first?.family);
      }
    });
  };
}
