// See pages.mjs. A message says how many pages are to be open; the answer is how many events they had.
import { ask, load } from './ask-console.mjs';

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
      await load(socketPath, '/');
      await load(socketPath, '/series');
      await stream();
      const timer = setInterval(() => void load(socketPath, '/series'), EVERY_MS);
      open.push(() => clearInterval(timer));
    }),
  );
  process.send(told);
}

/** Opens a stream; resolves with its first event. */
function stream() {
  return new Promise((resolve) => {
    const asked = ask(socketPath, '/events', (response) => {
      response.setEncoding('utf8').on('data', (text) => {
        events += text.split('\nevent: ').length - 1;
        resolve();
      });
    });
    open.push(() => asked.destroy());
  });
}
