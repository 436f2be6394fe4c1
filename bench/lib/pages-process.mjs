// See pages.mjs. A message says how many pages are to be open; the answer is how many events they had.
import { request } from 'node:http';

const socketPath = process.argv[2];
const EVERY_MS = 10_000;
let open = [];
let events = 0;

process.on('message', (count) => void keep(count));

async function keep(count) {
  for (const close of open) close();
  open = [];
  const told = events;
  events = 0;
  await Promise.all(
    Array.from({ length: count }, async () => {
      await get('/');
      await get('/series');
      await stream();
      const timer = setInterval(() => void get('/series'), EVERY_MS);
      open.push(() => clearInterval(timer));
    }),
  );
  process.send(told);
}

/** The console may not listen yet: there is no socket, or nobody at it. */
const NOT_YET = ['ENOENT', 'ECONNREFUSED'];

/** Asks until it is answered. Any other trouble ends the process: whoever waits for it is told. */
function ask(path, answered) {
  const headers = { host: 'localhost', 'x-integratord': '1' };
  const asked = request({ socketPath, path, headers, agent: false }, answered);
  asked.on('error', (error) => {
    if (!NOT_YET.includes(error.code)) throw error;
    setTimeout(ask, 50, path, answered);
  });
  asked.end();
  return asked;
}

function get(path) {
  return new Promise((resolve) => {
    ask(path, (response) => response.resume().on('end', resolve));
  });
}

/** Opens a stream; resolves with its first event. */
function stream() {
  return new Promise((resolve) => {
    const asked = ask('/events', (response) => {
      response.setEncoding('utf8').on('data', (text) => {
        events += text.split('\nevent: ').length - 1;
        resolve();
      });
    });
    open.push(() => asked.destroy());
  });
}
