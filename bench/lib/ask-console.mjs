// Asks a console on a socket, as a browser does.
import { request } from 'node:http';

/** The console may not listen yet: there is no socket, or nobody at it. */
const NOT_YET = ['ENOENT', 'ECONNREFUSED'];

/**
 * Asks until it is answered. Any other trouble ends the process: whoever waits for it is told.
 * @param form what is posted; nothing is where it is not given.
 */
export function ask(socketPath, path, answered, form) {
  const type = 'application/x-www-form-urlencoded';
  const headers = {
    host: 'localhost',
    'x-integratord': '1',
    ...(form && { origin: 'http://localhost', 'content-type': type }),
  };
  const method = form === undefined ? 'GET' : 'POST';
  const asked = request({ socketPath, method, path, headers, agent: false }, answered);
  asked.on('error', (error) => {
    if (!NOT_YET.includes(error.code)) throw error;
    setTimeout(ask, 50, socketPath, path, answered, form);
  });
  asked.end(form);
  return asked;
}

/** Resolves with the whole answer. */
export function body(socketPath, path, form) {
  return new Promise((resolve) => {
    const answered = (response) => {
      const { statusCode: status, headers } = response;
      const parts = [];
      response.setEncoding('utf8').on('data', (part) => parts.push(part));
      response.on('end', () => resolve({ status, headers, text: parts.join('') }));
    };
    ask(socketPath, path, answered, form);
  });
}

/** Loads a page whole; resolves with its status. */
export async function load(socketPath, path) {
  return (await body(socketPath, path)).status;
}
