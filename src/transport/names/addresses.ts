/** An address that a name stands for. */
export interface Address {
  readonly address: string;
  readonly family: 4 | 6;
}

/** The addresses of a name, at least one, in the order in which to try them. */
export interface Addresses {
  readonly ok: true;
  readonly addresses: readonly Address[];
}

/** Why there are none. */
export interface NameFailure {
  readonly ok: false;
  /** As `dns.lookup` names it: ENOTFOUND, EAI_AGAIN …; ECANCELED when it was stopped. */
  readonly code: string;
  /** A sentence that says what happened and what to do, without the name. */
  readonly message: string;
}

/** What a look-up gives. */
export type Answer = Addresses | NameFailure;

/** The system's own functions give no answer but this when a name server is silent or broken. */
export const NO_ANSWER = 'EAI_AGAIN';
/** There is an answer: no such name. */
export const NO_SUCH_NAME = 'ENOTFOUND';

const CHECK = 'Check the name server of this machine.';

/** The failure that a code of `getaddrinfo` stands for. */
export function nameFailure(code: string): NameFailure {
  if (code === NO_SUCH_NAME) {
    return {
      ok: false,
      code,
      message: 'The host name is not in DNS. Check the address for typos.',
    };
  }
  if (code === NO_ANSWER) return { ok: false, code, message: `DNS is not answering. ${CHECK}` };
  return { ok: false, code, message: `The host name cannot be resolved. ${CHECK}` };
}

/** The failure of an attempt that ended while its name was being resolved. */
export function tooSlow(milliseconds: number): NameFailure {
  const seconds = Math.round(milliseconds / 100) / 10;
  const message = `DNS is not answering within ${seconds} s. ${CHECK}`;
  return { ok: false, code: NO_ANSWER, message };
}

/** The failure of whoever waits when everything is closed. */
export const STOPPED: NameFailure = {
  ok: false,
  code: 'ECANCELED',
  message: 'The attempt was stopped.',
};
