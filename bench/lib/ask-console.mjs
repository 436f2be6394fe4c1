// Asks a console on a socket, as a browser does.
import { request } from 'node:http';

/** The console may not listen yet: there is no socket, or nobody at it. */
const NOT_YET = ['ENOENT', 'ECONNREFUSED'];

/** Asks until it is answered. Any other trouble ends the process: whoever waits for it is told. */
export function ask(socketPath, path, answered) {
  const headers = { host: 'localhost', 'x-integratord': '1' };
  const asked = request({ socketPath, path, headers, agent: false }, answered);
  asked.on('error', (error) => {
    if (!NOT_YET.includes(error.code)) throw error;
    setTimeout(ask, 50, socketPath, path, answered);
  });
  asked.end();
  return asked;
}

/** Loads a page whole; resolves with its status. */
export function load(socketPath, path) {
  return new Promise((resolve) => {
    ask(socketPath, path, (response) => {
      response.resume().on('end', () => resolve(response.statusCode));
    });
  });
}
