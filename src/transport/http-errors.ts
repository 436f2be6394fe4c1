import { nameFailure } from './names/addresses.ts';
import { NameError } from './names/net-lookup.ts';

/**
 * Sentences about what went wrong on the way to a server. They never hold an address: webhooks carry
 * their key in it. That is also why the errors' own messages are not repeated.
 */
const SENTENCES: Readonly<Record<string, string>> = {
  // Names
  ENOTFOUND: nameFailure('ENOTFOUND').message,
  EAI_AGAIN: nameFailure('EAI_AGAIN').message,
  // Connections
  ECONNREFUSED:
    'The server refuses connections: nothing listens there, or a firewall blocks the connection.',
  ECONNRESET: 'The server closed the connection without an answer.',
  EPIPE: 'The server closed the connection while the request was being sent.',
  UND_ERR_SOCKET: 'The server closed the connection without an answer.',
  EHOSTUNREACH: 'There is no route to the server (host unreachable). Check network and firewall.',
  ENETUNREACH: 'There is no route to the server (network unreachable). Check network and firewall.',
  EADDRNOTAVAIL: 'This machine has no free local port for a connection.',
  EMFILE: 'This process has too many open files to open a connection.',
  ETIMEDOUT: 'The server does not answer when a connection is opened. Check network and firewall.',
  UND_ERR_CONNECT_TIMEOUT:
    'The server does not answer when a connection is opened. Check network and firewall.',
  UND_ERR_DESTROYED: 'The attempt was stopped.',
  UND_ERR_CLOSED: 'The attempt was stopped.',
  // Answers
  UND_ERR_HEADERS_OVERFLOW: 'The headers of the answer are too large.',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'The answer is shorter than it says.',
  // Certificates
  DEPTH_ZERO_SELF_SIGNED_CERT:
    'The server uses a self-signed certificate. Add its CA to NODE_EXTRA_CA_CERTS.',
  SELF_SIGNED_CERT_IN_CHAIN:
    'The certificate of the server comes from a CA that is not trusted here. Add that CA to NODE_EXTRA_CA_CERTS.',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'The certificate of the server cannot be verified: the server does not send an intermediate certificate, or its CA is not trusted here (NODE_EXTRA_CA_CERTS).',
  UNABLE_TO_GET_ISSUER_CERT:
    'The certificate of the server cannot be verified: the issuer of a certificate is missing.',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    'The certificate of the server comes from a CA that is not trusted here. Add that CA to NODE_EXTRA_CA_CERTS.',
  CERT_HAS_EXPIRED:
    'The certificate of the server has expired (or the clock of this machine is wrong).',
  CERT_NOT_YET_VALID:
    'The certificate of the server is not valid yet (or the clock of this machine is wrong).',
  CERT_REVOKED: 'The certificate of the server was revoked.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'The certificate of the server is for another host name.',
  // Requests that cannot be made
  ERR_INVALID_URL: 'The address is not a valid URL.',
  UND_ERR_INVALID_ARG: 'The request cannot be sent: a header or the address is not valid in HTTP.',
};

/** A sentence for the operator about an error of the HTTP library, without any part of the request. */
export function networkMessage(error: unknown): string {
  const code = codeOf(error);
  if (error instanceof NameError) return `${error.message} (${code})`;
  const sentence = SENTENCES[code];
  if (sentence !== undefined) return `${sentence} (${code})`;
  const text = error instanceof Error ? error.message : '';
  const proxy = /^Proxy response \((\d+)\)/.exec(text)?.[1];
  if (proxy !== undefined) {
    return `The HTTP proxy refused the connection (it answered ${proxy}). Check HTTPS_PROXY.`;
  }
  if (code.startsWith('HPE_')) return `The answer is not HTTP. (${code})`;
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) {
    return `The server does not use TLS, or not an allowed version: the address may need http:// instead of https://. (${code})`;
  }
  return code === '' ? 'The connection failed.' : `The connection failed. (${code})`;
}

/** True when the system or the library gave up waiting for a connection. */
export function isTimeout(error: unknown): boolean {
  return ['ETIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT'].includes(codeOf(error));
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
