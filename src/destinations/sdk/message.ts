import type { JsonDocument, JsonObject } from '../../alert/json.ts';
import type { Job } from '../../core/destination.ts';
import { VERSION } from '../../core/version.ts';

/** Headers of every JSON request: those of the reference, and a user agent. */
export const JSON_HEADERS = {
  'content-type': 'application/json',
  accept: '*/*',
  'accept-charset': 'UTF-8',
  'user-agent': `integratord/${VERSION}`,
};

/** Those headers, and one that lets a receiver recognise a repeated message. */
export function idempotentHeaders({ key }: Pick<Job, 'key'>): Record<string, string> {
  // Written out: an object built by spreading another costs several times as much.
  return {
    'content-type': JSON_HEADERS['content-type'],
    accept: JSON_HEADERS.accept,
    'accept-charset': JSON_HEADERS['accept-charset'],
    'user-agent': JSON_HEADERS['user-agent'],
    'idempotency-key': key.replace(/[^\u0021-\u007e]/g, '_'),
  };
}

/** A message with the operator's `<options>`, which replace members of the same name. */
export function withOptions(message: Message, options: JsonObject): Message {
  // Few operators set them, and a copy costs as much as the message.
  return Object.keys(options).length === 0 ? message : { ...message, ...options };
}
type Message = Readonly<Record<string, JsonDocument | undefined>>;
