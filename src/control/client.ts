import { request } from 'node:http';
import { systemClock } from '../core/clock.ts';
import { type SocketPath, socketPath } from '../core/socket-path.ts';

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
/** In characters, of what is told line by line. */
const LONGEST_LINE = 2 ** 20;

/** Does something by a path that a socket can have. */
async function withPath(
  path: string,
  work: (socketPath: string) => Promise<ControlResult>,
): Promise<ControlResult> {
  let place: SocketPath;
  try {
    place = socketPath(path);
  } catch (error) {
    return whyNot(error as NodeJS.ErrnoException);
  }
  try {
    return await work(place.path);
  } finally {
    place.close();
  }
}

function whyNot({ code = '', message }: NodeJS.ErrnoException): ControlResult {
  return NOBODY.has(code) ? { kind: 'nobody' } : { kind: 'failed', why: message };
}

/**
 * Has the daemon tell what happens, one JSON value per line, until it ends or the signal aborts. Never
 * rejects; `answered` with status 200 means that it told, and then ended.
 */
export function watchDaemon(
  place: string,
  path: string,
  onLine: (line: string) => void,
  signal?: AbortSignal,
): Promise<ControlResult> {
  return withPath(place, (socketPath) => watch(socketPath, path, onLine, signal));
}

function watch(
  socketPath: string,
  path: string,
  onLine: (line: string) => void,
  signal: AbortSignal | undefined,
): Promise<ControlResult> {
  return new Promise((resolve) => {
    const asked = request(
      {
        socketPath,
        path,
        method: 'GET',
        headers: { host: 'control' },
        agent: false,
        ...(signal === undefined ? {} : { signal }),
      },
      (response) => {
        const status = response.statusCode ?? 0;
        let rest = '';
        let isTooLong = false;
        response.setEncoding('utf8').on('data', (text: string) => {
          rest += text;
          if (status === 200) {
            const lines = rest.split('\n');
            rest = lines.pop() ?? '';
            for (const line of lines) onLine(line);
          }
          isTooLong = rest.length > LONGEST_LINE;
          if (isTooLong) asked.destroy();
        });
        response.on('error', () => {});
        response.on('close', () => {
          if (isTooLong) resolve({ kind: 'failed', why: 'the answer is too long' });
          else resolve({ kind: 'answered', status, body: rest });
        });
      },
    );
    asked.on('error', (error) => resolve(whyNot(error)));
    asked.end();
  });
}

/** Asks the daemon. Never rejects. @param timeoutMs for the whole answer. */
export function askDaemon(
  place: string,
  method: 'GET' | 'POST',
  path: string,
  timeoutMs: number,
): Promise<ControlResult> {
  return withPath(place, (socketPath) => ask(socketPath, method, path, timeoutMs));
}

function ask(
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
    asked.on('error', (error) => resolve(whyNot(error)));
    asked.end();
  });
}
