import type { HttpFailure } from '../core/destination.ts';

/** Why there is no connection or no answer. */
export interface Fault {
  readonly reason: HttpFailure['reason'];
  /** A sentence for the operator, without any part of the request. */
  readonly message: string;
  /** True when it stays like this until someone acts. */
  readonly needsRepair: boolean;
}

/** Whom an error speaks of: the server, or the proxy that this variable of the environment names. */
export interface Peer {
  readonly proxyVariable?: string | undefined;
  /** Bytes that came before the error, where it is known. */
  readonly heard?: number;
  /** True for a server that is reached through a proxy. */
  readonly viaProxy?: boolean;
}

/** An error of our own, with a code of the table below. */
export class CodedError extends Error {
  readonly code: keyof typeof SENTENCES;

  constructor(code: keyof typeof SENTENCES) {
    super(code);
    this.code = code;
  }
}

/**
 * Sentences about what went wrong on the way to a server; `{peer}` is the server or the proxy. They
 * never hold an address: webhooks carry their key in it. That is also why the errors' own messages are
 * not repeated.
 */
const SENTENCES = {
  // Names
  ENOTFOUND: 'The host name of {peer} is not in DNS. Check the address for typos.',
  EAI_AGAIN: 'DNS is not answering. Check the name server of this machine.',
  // Connections
  ECONNREFUSED:
    '{Peer} refuses connections: nothing listens there, or a firewall blocks the connection.',
  ECONNRESET: '{Peer} closed the connection without an answer.',
  EPIPE: '{Peer} closed the connection while the request was being sent.',
  UND_ERR_SOCKET: '{Peer} closed the connection without an answer.',
  EHOSTUNREACH: 'There is no route to {peer} (host unreachable). Check network and firewall.',
  ENETUNREACH: 'There is no route to {peer} (network unreachable). Check network and firewall.',
  EADDRNOTAVAIL: 'This machine has no free local port for a connection.',
  EMFILE: 'This process has too many open files to open a connection.',
  ETIMEDOUT: '{Peer} does not answer when a connection is opened. Check network and firewall.',
  UND_ERR_DESTROYED: 'The attempt was stopped.',
  UND_ERR_CLOSED: 'The attempt was stopped.',
  STOPPED: 'The attempt was stopped.',
  ECANCELED: 'The attempt was stopped.',
  HANDSHAKE_RESET:
    '{Peer} closed the connection during the TLS handshake. Check that it expects https:// there.',
  HANDSHAKE_FLOOD: '{Peer} sent too much during the TLS handshake.',
  // Answers
  UND_ERR_HEADERS_OVERFLOW: 'The headers of the answer are too large.',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'The answer is shorter than it says.',
  ANSWER_FLOOD: 'The answer is endless: too much came before its status or its end.',
  // Requests that cannot be made
  ERR_INVALID_URL: 'The address is not a valid URL.',
  UND_ERR_INVALID_ARG: 'The request cannot be sent: a header or the address is not valid in HTTP.',
} as const satisfies Readonly<Record<string, string>>;

const TRUST = 'add that CA to a file that NODE_EXTRA_CA_CERTS names, and restart.';

/** What is wrong with a certificate. Someone must act, there or here. */
const CERTIFICATES: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: `{Peer} uses a self-signed certificate. If that is meant to be, add it to a file that NODE_EXTRA_CA_CERTS names, and restart.`,
  SELF_SIGNED_CERT_IN_CHAIN: `The certificate of {peer} comes from a CA that is not trusted here. If that is meant to be, ${TRUST}`,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: `The certificate of {peer} comes from a CA that is not trusted here. If that is meant to be, ${TRUST}`,
  UNABLE_TO_GET_ISSUER_CERT: `The certificate of {peer} cannot be verified: the issuer of a certificate is missing. Have {peer} send its whole chain.`,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: `The certificate of {peer} cannot be verified: {peer} does not send the intermediate certificate that issued it. Have it send the whole chain; or, if a CA of your own issued it, ${TRUST}`,
  CERT_HAS_EXPIRED:
    'The certificate of {peer} has expired. Have it renewed, or correct the clock of this machine.',
  CERT_NOT_YET_VALID:
    'The certificate of {peer} is not valid yet. Have it replaced, or correct the clock of this machine.',
  CERT_REVOKED: 'The certificate of {peer} was revoked. Have it replaced.',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'The certificate of {peer} is for another host name. Check the address, or have the certificate replaced.',
};
const OTHER_CERTIFICATES = /^(?:CERT_|CRL_|INVALID_(?:CA|PURPOSE)|PATH_LENGTH_|UNABLE_TO_)/;

/** The server wants to know who we are. */
export const CLIENT_CERTIFICATE: Fault = {
  reason: 'auth',
  message:
    'The server requires a client certificate, which integratord cannot present. Use an address that needs none, or have a local proxy present it.',
  needsRepair: true,
};

/** Alerts of TLS (RFC 8446, 6.2) that say what the other side misses. */
const ALERTS: Readonly<Record<number, Fault>> = {
  40: retried(
    '{Peer} refuses the TLS handshake: no version or cipher is common to it and this machine.',
  ),
  // We never present a certificate, so nothing can be wrong with it but that.
  42: CLIENT_CERTIFICATE,
  70: retried('{Peer} allows only versions of TLS that this machine does not.'),
  112: repaired(
    '{Peer} does not know the host name of the address (TLS: unrecognized name). Check the address for typos, and the certificates there.',
  ),
  116: CLIENT_CERTIFICATE,
};
/** By name, where the alert's number is not told. */
const ALERT_NAMES: readonly (readonly [RegExp, number])[] = [
  [/ALERT_HANDSHAKE_FAILURE$/, 40],
  [/ALERT_BAD_CERTIFICATE$/, 42],
  [/ALERT_PROTOCOL_VERSION$/, 70],
  [/UNRECOGNIZED_NAME$/, 112],
  [/ALERT_CERTIFICATE_REQUIRED$/, 116],
];
/** An alert is shorter; what came before it was a whole first flight of the server. */
const LONGER_THAN_ALERT = 64;

/** What an error of the system, of TLS or of the HTTP library means. */
export function faultOf(error: unknown, peer: Peer = {}): Fault {
  const code = codeOf(error);
  const { reason, message, needsRepair } = byCode(code, error, peer);
  const name = peer.proxyVariable === undefined ? 'the server' : 'the proxy';
  const sentence = message.replaceAll('{peer}', name).replaceAll('{Peer}', name.replace('t', 'T'));
  const detail = code === '' || code in OWN_CODES ? '' : ` (${code})`;
  const hint = peer.proxyVariable === undefined ? '' : ` ${peer.proxyVariable} names the proxy.`;
  return { reason, message: `${sentence}${detail}${hint}`, needsRepair };
}

/** They tell nothing beyond their sentence. */
const OWN_CODES = { STOPPED: 1, HANDSHAKE_RESET: 1, HANDSHAKE_FLOOD: 1, ANSWER_FLOOD: 1 };

function byCode(code: string, error: unknown, peer: Peer): Fault {
  if (Object.hasOwn(SENTENCES, code)) {
    const reason = code === 'ETIMEDOUT' ? 'timeout' : 'network';
    return { ...retried(SENTENCES[code as keyof typeof SENTENCES]), reason };
  }
  const certificate = CERTIFICATES[code];
  if (certificate !== undefined) return repaired(certificate);
  if (OTHER_CERTIFICATES.test(code)) {
    return repaired('The certificate of {peer} cannot be accepted. Have it replaced.');
  }
  if (code.startsWith('HPE_')) return retried('The answer is not HTTP.');
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) return ofTls(code, error, peer);
  return retried('The connection failed.');
}

function ofTls(code: string, error: unknown, { heard = 0, viaProxy = false }: Peer): Fault {
  const text = error instanceof Error ? error.message : '';
  const told = /SSL alert number (\d+)/.exec(text)?.[1];
  const number =
    told === undefined ? ALERT_NAMES.find(([name]) => name.test(code))?.[1] : Number(told);
  // Before TLS 1.3 a server that misses our certificate says the same as one that shares no cipher,
  // but only after it has introduced itself.
  const alert = ALERTS[number === 40 && heard > LONGER_THAN_ALERT ? 116 : (number ?? 0)];
  if (alert !== undefined) return alert;
  if (told !== undefined) return retried('{Peer} ended the TLS handshake.');
  if (viaProxy) {
    return retried(
      'What comes through the proxy is not TLS: the proxy may answer with a page of its own, or the address may need http:// instead of https://.',
    );
  }
  return retried(
    '{Peer} does not use TLS, or not an allowed version: the address may need http:// instead of https://.',
  );
}

function retried(message: string): Fault {
  return { reason: 'network', message, needsRepair: false };
}

function repaired(message: string): Fault {
  return { reason: 'network', message, needsRepair: true };
}

/** True when the other side is gone, as opposed to having said something that makes no sense. */
export function isLostConnection(error: unknown): boolean {
  return ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'].includes(codeOf(error));
}

/** The code of an error, or of its cause. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  // Several addresses of one name were tried: the last error is as good as any.
  if (error instanceof AggregateError) return codeOf(error.errors.at(-1));
  const { code } = error as { code?: unknown };
  if (typeof code === 'string' && code !== 'UND_ERR') return code;
  return codeOf(error.cause);
}
