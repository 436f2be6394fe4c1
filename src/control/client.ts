import { request } from 'node:http';
import { systemClock } from '../core/clock.ts';

/** The name of the socket in the state directory. */
export const CONTROL_SOCKET = 'control.sock';

/** What came of asking the daemon. */
export type ControlResult =
  | { readonly kind: 'answered'; readonly status: number; readonly body: string }
  /** Nobody listens: there is no daemon with this state directory. */
  | { readonly kind: 'nobody' }
  /** Somebody may be there, but this process may not ask, or gets no answer. */
  | { readonly kind: 'failed'; readonly why: string };

const NOBODY = new Set(['ENOENT', 'ECONNREFUSED', 'ENOTDIR']);
const LONGEST_ANSWER = 64 * 2 ** 20;

/** Asks the daemon. Never rejects. @param timeoutMs for the whole answer. */
export function askDaemon(
  socketPath: string,
  method: 'GET' | 'POST',
  path: string,
  timeoutMs: number,
): Promise<ControlResult> {
  return new Promise((resolve) => {
    const asked = request(
      { socketPath, method, path, headers: { host: 'control' }, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        let length = 0;
        response.on('data', (chunk: Buffer) => {
          length += chunk.length;
          if (length > LONGEST_ANSWER) asked.destroy(new Error('the answer is too long'));
          else chunks.push(chunk);
        });
        response.on('end', () => {
          const body = Buffer.concat(chunks).toString('utf8');
          resolve({ kind: 'answered', status: response.statusCode ?? 0, body });
        });
      },
    );
    const cancel = systemClock.after(timeoutMs, () => {
      asked.destroy(new Error(`no answer within ${timeoutMs / 1000} seconds`));
    });
    asked.on('close', cancel);
    asked.on('error', (error: NodeJS.ErrnoException) => {
      if (NOBODY.has(error.code ?? '')) resolve({ kind: 'nobody' });
      else resolve({ kind: 'failed', why: error.message });
    });
    asked.end();
  });
}
